/** Markdown by the name of its generated part of a document. */
export type GeneratedParts = ReadonlyMap<string, string>

/**
 * The document with its generated parts replaced. A part is delimited by `<!-- generated: name -->`
 * and `<!-- end -->`. Throws when the document lacks a part or has an unknown one.
 */
export function withGeneratedParts(document: string, parts: GeneratedParts): string {
  const missing = new Set(parts.keys())
  const result = document.replaceAll(
    /<!-- generated: (.*?) -->\n[^]*?<!-- end -->/g,
    (_, name: string) => {
      const part = parts.get(name)
      if (part === undefined) throw new Error(`nothing generates the part ${JSON.stringify(name)}`)
      missing.delete(name)
      return `<!-- generated: ${name} -->\n\n${part}\n\n<!-- end -->`
    },
  )
  if (missing.size > 0) throw new Error(`the document has no part for ${[...missing].join(', ')}`)
  return result
}
