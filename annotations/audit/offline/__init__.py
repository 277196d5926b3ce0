"""Programs for people who do not run this product. In a folder of their own, so that each runs as a file by itself."""
