/** A fenced block of a document, which says by its language what is done with it. */
interface FencedBlock {
  /** Empty for a block that names none. */
  readonly language: string
  readonly text: string
}

/** All fenced blocks of a document, in the order in which they stand. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  return [...markdown.matchAll(/^```(.*)\n([^]*?)\n```$/gm)].map(
    ([, language = '', text = '']) => ({ language, text }),
  )
}

/** The texts of the blocks of one language. */
export function blocksOf(markdown: string, language: string): string[] {
  return fencedBlocks(markdown).flatMap((block) => (block.language === language ? block.text : []))
}
