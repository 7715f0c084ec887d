/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html */
const lengthMax = 200
/** Room for the number of a copy. */
const numberLengthMax = 10

/** Names for the documents of one request. */
export interface DocumentNames {
  /**
   * The name of a document: letters, digits, single spaces, hyphens, parentheses and brackets, not
   * the name of another one. The extension, which its format says, is not part of it.
   */
  next(filename: string | undefined): string
}

/**
 * Bedrock refuses documents of the same name, also of different messages: "Messages can't contain
 * duplicate document names". https://github.com/BerriAI/litellm/pull/30093
 */
export function createDocumentNames(): DocumentNames {
  const used = new Set<string>()
  /** How often each name was asked for, so that the next copy is not looked for from the first on. */
  const copies = new Map<string, number>()
  return {
    next(filename) {
      const base = allowedName(filename ?? '')
      const key = base.toLowerCase()
      let copy = copies.get(key) ?? 1
      let name = copy === 1 ? base : `${base} (${copy})`
      while (used.has(name.toLowerCase())) name = `${base} (${++copy})`
      copies.set(key, copy)
      used.add(name.toLowerCase())
      return name
    },
  }
}

function allowedName(filename: string): string {
  const name = filename
    .slice(0, 2 * lengthMax)
    .replace(/\.[A-Za-z\d]{1,5}$/, '')
    .replaceAll(/[^A-Za-z\d\s\-()[\]]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, lengthMax - numberLengthMax)
    .trim()
  return /[A-Za-z\d]/.test(name) ? name : 'document'
}
