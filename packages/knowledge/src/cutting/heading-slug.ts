/** The fragments of a document's headings as the common renderers of Markdown make them: each is unique. */
export class HeadingSlugs {
  readonly #counts = new Map<string, number>()

  next(heading: string): string {
    const slug = heading
      .toLowerCase()
      .trim()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-')
    const count = this.#counts.get(slug) ?? 0
    this.#counts.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  }
}
