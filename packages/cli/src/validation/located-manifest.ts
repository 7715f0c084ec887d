import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import { ManifestError, type Manifest, objectsIn, valueOf } from '../load-manifests.ts'

/** An object of a file, which knows where in it its fields stand. */
export interface LocatedManifest extends Manifest {
  /** The line where it begins, from 1. */
  readonly line: number
  /** The line of a field such as `spec.rules[0].match`; of one that is not there, that of the nearest above it. */
  lineOf(field: string): number
}

/** What could be read of a file, and the first thing that could not. */
interface LocatedFile {
  readonly manifests: readonly LocatedManifest[]
  readonly problem?: { readonly line: number; readonly message: string }
}

/** The objects of a file of YAML documents or JSON, up to the first that cannot be read. */
export function locateManifests(file: string, text: string): LocatedFile {
  const lineCounter = new LineCounter()
  const lineAt = (offset: number) => lineCounter.linePos(offset).line
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false })
  const manifests: LocatedManifest[] = []
  for (const document of 'empty' in documents ? [] : documents) {
    const [error] = document.errors
    if (error !== undefined) {
      return { manifests, problem: { line: lineAt(error.pos[0]), message: error.message } }
    }
    const start = lineAt(document.contents?.range?.[0] ?? 0)
    try {
      const value = valueOf(file, document)
      const objects = objectsIn(file, value)
      const items = isList(value) ? document.get('items', true) : undefined
      for (const [index, object] of objects.entries()) {
        // Lists within lists keep the line of the outer one.
        const node = isSeq(items) ? items.items[index] : document.contents
        manifests.push({
          file,
          object,
          line: lineAt(startOf(node) ?? 0),
          lineOf: (field) => lineAt(deepestOffset(node, field)),
        })
      }
    } catch (cause) {
      if (!(cause instanceof ManifestError)) throw cause
      return {
        manifests,
        problem: { line: start, message: cause.message.replace(`${file}: `, '') },
      }
    }
  }
  return { manifests }
}

function isList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'List'
}

/** Where the last part of a path that is there begins. */
function deepestOffset(root: unknown, path: string): number {
  let node = root
  let offset = startOf(root) ?? 0
  for (const part of path.match(/[^.[\]"]+/g) ?? []) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part)
      if (pair === undefined) return offset
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      offset = startOf(node) ?? offset
    } else {
      return offset
    }
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  const range = node.range as readonly number[] | null | undefined
  return range?.[0]
}
