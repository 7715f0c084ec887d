/** The dialect's name: marks what only it can read, and what it has sealed. */
export const dialectName = 'openai-responses'
