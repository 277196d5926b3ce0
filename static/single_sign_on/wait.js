/** Looks again each second whether the provider has answered: each look is a whole page, one after the other. */

setTimeout(() => location.reload(), 1000);
