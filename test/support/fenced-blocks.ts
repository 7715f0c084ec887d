/** A fenced block of a document; its language decides how it is tested. */
interface FencedBlock {
  /** Empty for a block without a language. */
  readonly language: string
  readonly text: string
}

/** All fenced blocks of a document, in order. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  return [...markdown.matchAll(/^```(.*)\n([^]*?)\n```$/gm)].map(
    ([, language = '', text = '']) => ({ language, text }),
  )
}

/** The texts of all blocks of one language. */
export function blocksOf(markdown: string, language: string): string[] {
  return fencedBlocks(markdown).flatMap((block) => (block.language === language ? block.text : []))
}
