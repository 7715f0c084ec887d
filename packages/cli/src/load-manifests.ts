import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { KubernetesObject } from '@fairlead/kube-core'
import { LineCounter, parseAllDocuments } from 'yaml'

/** Maximum number of manifests in a directory, and maximum size of one: more is a mistake. */
const filesMax = 10_000
const fileBytesMax = 16 * 1024 * 1024

/** A manifest cannot be read; the message names the file and, if known, the line. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}

/** An object and the file it comes from. */
export interface Manifest {
  readonly file: string
  readonly object: KubernetesObject
}

/** What a directory holds: the objects that can be read, and why files cannot be, by their names. */
interface ManifestFolder {
  readonly manifests: readonly Manifest[]
  readonly unreadable: ReadonlyMap<string, ManifestError>
}

/** As `readManifests`, for a directory all of whose files must be readable. Throws ManifestError. */
export function loadManifests(folder: string): readonly Manifest[] {
  const { manifests, unreadable } = readManifests(folder)
  for (const error of unreadable.values()) throw error
  return manifests
}

/**
 * All objects in the `.yaml`, `.yml` and `.json` files of a directory and its subdirectories,
 * sorted by file name, except hidden files. Throws ManifestError if the directory cannot be read.
 */
export function readManifests(folder: string): ManifestFolder {
  const unreadable = new Map<string, ManifestError>()
  const manifests = manifestFiles(folder).flatMap((file) => {
    try {
      return parseManifests(file, readBounded(join(folder, file)))
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error
      unreadable.set(file, error)
      return []
    }
  })
  return { manifests, unreadable }
}

/** The texts of those files, by their paths within the directory. Throws ManifestError. */
export function readManifestFiles(
  folder: string,
): readonly { readonly file: string; readonly text: string }[] {
  return manifestFiles(folder).map((file) => ({ file, text: readBounded(join(folder, file)) }))
}

function manifestFiles(folder: string): readonly string[] {
  const files = filesIn(folder)
    .filter((name) => /\.(?:ya?ml|json)$/.test(name) && !isHidden(name))
    .toSorted()
  if (files.length > filesMax) {
    throw new ManifestError(
      `${folder} contains ${files.length} manifests; the limit is ${filesMax}`,
    )
  }
  return files
}

/** The objects of one file: several YAML documents, or a `List`. Throws ManifestError. */
export function parseManifests(file: string, text: string): Manifest[] {
  const lineCounter = new LineCounter()
  // Pretty errors quote lines of the file, which may be a Secret's.
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false })
  const values = 'empty' in documents ? [] : documents
  return values.flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) {
      const { line } = lineCounter.linePos(error.pos[0])
      throw new ManifestError(`${file}:${line}: ${error.message}`)
    }
    return objectsIn(file, valueOf(file, document)).map((object) => ({ file, object }))
  })
}

/** What a document without errors says, its aliases resolved. Throws ManifestError. */
export function valueOf(file: string, document: { toJS(): unknown }): unknown {
  try {
    return document.toJS()
  } catch {
    // Why quotes the text.
    throw new ManifestError(
      `${file}: an alias cannot be resolved; text that begins with * has to be in quotes`,
    )
  }
}

/** The objects that a document is, or that a `List` has. Throws ManifestError. */
export function objectsIn(file: string, value: unknown): KubernetesObject[] {
  if (value === null || value === undefined) return []
  if (!isObject(value)) {
    throw new ManifestError(`${file}: needs apiVersion, kind and metadata.name`)
  }
  return value.kind === 'List' && Array.isArray(value['items'])
    ? value['items'].flatMap((item: unknown) => objectsIn(file, item))
    : [value]
}

function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false
  const candidate = value as Partial<KubernetesObject>
  return (
    typeof candidate.apiVersion === 'string' &&
    typeof candidate.kind === 'string' &&
    (candidate.kind === 'List' || typeof candidate.metadata?.name === 'string')
  )
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ManifestError(`cannot read the manifest directory ${folder}: ${why}`, { cause })
  }
}

/** Temporary files of editors, and the versions that Kubernetes keeps in a mounted volume. */
function isHidden(path: string): boolean {
  return path.split(/[/\\]/).some((segment) => segment.startsWith('.'))
}

function readBounded(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > fileBytesMax) throw new Error(`it is larger than ${fileBytesMax} bytes`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ManifestError(`cannot read ${path}: ${why}`, { cause })
  }
}
