const pageSize = 256

interface Page {
  readonly documents: Int32Array
  count: number
}

/**
 * The number of the document of each passage, by that of the passage. Asked in the order of passages, as
 * the full-text index has them, it costs next to nothing. 0 is the document of none.
 */
export class DocumentsOfPassages {
  readonly #pages = new Map<number, Page>()
  #last: Page | undefined
  #lastNumber = -1

  get(passage: number): number {
    return this.#page(passage)?.documents[passage % pageSize] ?? 0
  }

  /** With 0, the passage is gone. */
  set(passage: number, document: number): void {
    const page = this.#page(passage) ?? this.#newPage(passage)
    const place = passage % pageSize
    const before = page.documents[place] ?? 0
    page.documents[place] = document
    page.count += Number(document !== 0) - Number(before !== 0)
    if (page.count > 0) return
    this.#pages.delete(Math.floor(passage / pageSize))
    this.#lastNumber = -1
  }

  clear(): void {
    this.#pages.clear()
    this.#lastNumber = -1
  }

  #page(passage: number): Page | undefined {
    const number = Math.floor(passage / pageSize)
    if (number !== this.#lastNumber) {
      this.#lastNumber = number
      this.#last = this.#pages.get(number)
    }
    return this.#last
  }

  #newPage(passage: number): Page {
    const page = { documents: new Int32Array(pageSize), count: 0 }
    this.#pages.set(Math.floor(passage / pageSize), page)
    this.#lastNumber = -1
    return page
  }
}
