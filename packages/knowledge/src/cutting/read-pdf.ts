import type { Block, ReadDocument } from './block.ts'

const pagesMax = 5000
const charactersMax = 20_000_000

/** The text of a PDF, page by page. Rejects with an Error for one that is damaged, locked or very long. */
export async function readPDF(content: Uint8Array): Promise<ReadDocument> {
  // Loaded for the first PDF only: it takes its time.
  const { getDocumentProxy } = await import('unpdf')
  const file = await getDocumentProxy(Uint8Array.from(content), {
    useSystemFonts: false,
    stopAtErrors: false,
    verbosity: 0,
  }).catch(() => {
    throw new Error('the PDF is damaged or needs a password')
  })
  try {
    if (file.numPages > pagesMax) throw new Error(`the PDF has more than ${pagesMax} pages`)
    const blocks: Block[] = []
    let characters = 0
    for (let number = 1; number <= file.numPages; number++) {
      const page = await file.getPage(number)
      const { items } = await page.getTextContent()
      const lines = items.map((item) =>
        'str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '',
      )
      const text = joinedLines(lines.join(''))
      page.cleanup()
      characters += text.length
      if (characters > charactersMax) throw new Error('the PDF has too much text')
      if (text !== '') {
        blocks.push({ type: 'place', fragment: `page=${number}` }, { type: 'text', text })
      }
    }
    if (blocks.length === 0) throw new Error('the PDF has no text: its pages may be images')
    return { title: await titleOf(file), blocks }
  } finally {
    await file.loadingTask.destroy()
  }
}

async function titleOf(file: {
  getMetadata: () => Promise<{ info: object }>
}): Promise<string | null> {
  const { info } = await file.getMetadata().catch(() => ({ info: {} }))
  const title = 'Title' in info ? info.Title : undefined
  return typeof title === 'string' && title.trim() !== '' ? title.trim().slice(0, 500) : null
}

/** Words that were parted at the end of a line are whole again. */
function joinedLines(text: string): string {
  return text
    .replaceAll(/(\p{Ll})-\n(?=\p{Ll})/gu, '$1')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/\n{2,}/g, '\n')
    .trim()
}
