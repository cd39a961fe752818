/** The path of the program corsproof for this platform. Throws, and says what to do, where its package is not installed. */
export function programPath(): string;
