/** Matches in titles and headings say more of what a passage is about. */
export const columnWeights = { title: 4, headings: 2, text: 1 } as const

/** BM25's own: how soon a word that is there again counts less, and how much less in long passages. */
export const saturation = 1.2
export const lengthShare = 0.75
