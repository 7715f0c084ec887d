/** The name of this dialect, and the maker of what its provider seals. */
export const dialectName = 'anthropic-messages'
