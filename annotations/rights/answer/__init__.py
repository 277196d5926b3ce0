"""The answer to an access request: what it tells, how it is laid out, and the archive in which it goes out."""

from annotations.rights.answer.document import FORMAT, VERSION, compile_answer

__all__ = ["FORMAT", "VERSION", "compile_answer"]
