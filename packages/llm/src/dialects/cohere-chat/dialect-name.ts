/** The dialect's name, under which it finds again what only it can say. */
export const dialectName = 'cohere-chat'
