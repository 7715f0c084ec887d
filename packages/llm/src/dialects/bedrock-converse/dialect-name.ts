/** What seals, extras and native blocks of this dialect are marked with. */
export const dialectName = 'bedrock-converse'
