import { NotPlainYaml, type Inline } from './not-plain-yaml.ts'

/** What YAML has in common with JSON; halves of surrogate pairs are read in different ways. */
const jsonEscapes = /^(?:[^\\]|\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[\da-fA-F]{4}))*$/

/** Reads a quoted text that begins at `start` and ends within the line. @throws NotPlainYaml */
export function readQuoted(line: string, start: number): Inline & { readonly value: string } {
  const isSingle = line[start] === "'"
  const pattern = isSingle ? /'(?:[^']|'')*'/y : /"(?:[^"\\]|\\.)*"/y
  pattern.lastIndex = start
  const [token] = pattern.exec(line) ?? []
  if (token === undefined) throw new NotPlainYaml()
  const end = start + token.length
  const inner = token.slice(1, -1)
  if (isSingle) return { value: inner.replaceAll("''", "'"), end }
  if (!inner.includes('\\')) return { value: inner, end }
  if (!jsonEscapes.test(inner)) throw new NotPlainYaml()
  return { value: JSON.parse(token) as string, end }
}
