/* The fixtures are checked, never built. */
