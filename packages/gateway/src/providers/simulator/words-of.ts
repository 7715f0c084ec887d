/**
 * The words of a text, each with its leading space, as the Simulator streams them; the last one with
 * the space at the end.
 */
export function wordsOf(text: string): readonly string[] {
  if (text === '') return []
  const words = text.split(/(?<=\S)(?=\s)/)
  const last = words.at(-1) ?? ''
  if (words.length === 1 || last.trim() !== '') return words
  return [...words.slice(0, -2), `${words.at(-2)}${last}`]
}
