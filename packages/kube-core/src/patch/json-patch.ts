import { isRawNumber } from '@fairlead/base'
import { copyJson } from '../copy-json.ts'
import { deepEqual } from '../deep-equal.ts'
import { goQuote } from '../go-quote.ts'
import { errors } from '../status-error.ts'
import type { StatusError } from '../status-error.ts'
import { parseJsonPointer } from './json-pointer.ts'

/** The API server's limits: operations in a patch, and bytes that `copy` may add. */
export const jsonPatchOperationsMax = 10_000
const copiedBytesMax = 3 * 1024 * 1024

type Operation =
  | { op: 'add' | 'replace' | 'test'; path: string[]; pointer: string; value: unknown }
  | { op: 'remove'; path: string[]; pointer: string }
  | { op: 'move' | 'copy'; path: string[]; pointer: string; from: string[]; fromPointer: string }

/** Why a patch is not applied, when the document is not what a `test` of it says. */
export class JsonPatchTestError extends Error {
  override readonly name = 'JsonPatchTestError'

  constructor(pointer: string) {
    super(`testing path ${pointer} failed`)
  }
}

/**
 * Applies a JSON patch (RFC 6902) and returns the new document; the given one is not changed.
 * A patch that is no list of objects is a bad request (400), too many operations are too large
 * (413), and operations that do not fit the document, or that the standard does not have, are
 * unprocessable (422). As by the library of the real server, replacing and copying what is missing is
 * allowed, negative indexes count from the end, and the whole document can only be replaced, by an
 * object or a list: other values leave it as it is.
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const operations = parsePatch(patch)
  const root = { document: copyJson(document) }
  let copiedBytes = 0
  for (const operation of operations) {
    if (operation.op === 'copy') {
      copiedBytes += Buffer.byteLength(JSON.stringify(read(root, operation.from)) ?? '')
      if (copiedBytes > copiedBytesMax) {
        throw unprocessable(
          `Unable to complete the copy, the accumulated size increase of copy is ${copiedBytes}, exceeding the limit ${copiedBytesMax}`,
        )
      }
    }
    applyOperation(root, operation)
  }
  return root.document
}

interface Root {
  document: unknown
}

function applyOperation(root: Root, operation: Operation): void {
  switch (operation.op) {
    case 'add':
      return add(root, operation.path, copyJson(operation.value))
    case 'remove':
      remove(root, operation.path, 'remove')
      return
    case 'replace':
      return replace(root, operation.path, copyJson(operation.value))
    case 'move':
      if (isInside(operation.path, operation.from)) {
        throw unprocessable(
          `move operation does not apply: ${goQuote(operation.pointer)} is inside of ${goQuote(operation.fromPointer)}`,
        )
      }
      return add(root, operation.path, remove(root, operation.from, 'move'))
    case 'copy':
      return add(root, operation.path, copyJson(read(root, operation.from)))
    case 'test':
      if (!deepEqual(readOrNull(root, operation.path), operation.value)) {
        throw unprocessable(new JsonPatchTestError(operation.pointer))
      }
  }
}

function isInside(path: readonly string[], parent: readonly string[]): boolean {
  return path.length > parent.length && parent.every((token, index) => token === path[index])
}

function add(root: Root, path: readonly string[], value: unknown): void {
  const last = path.at(-1)
  if (last === undefined) throw missing('add', path)
  const container = containerOf(root, path, 'add')
  if (Array.isArray(container)) {
    const index = last === '-' ? container.length : listIndex(last, container.length + 1, path)
    container.splice(index, 0, value)
  } else {
    setMember(container, last, value)
  }
}

function remove(root: Root, path: readonly string[], verb: string): unknown {
  const last = path.at(-1)
  if (last === undefined) throw missing(verb, path)
  const container = containerOf(root, path, verb)
  if (Array.isArray(container)) {
    return container.splice(listIndex(last, container.length, path), 1)[0]
  }
  if (!Object.hasOwn(container, last)) throw missing(verb, path)
  const value = container[last]
  delete container[last]
  return value
}

function replace(root: Root, path: readonly string[], value: unknown): void {
  const last = path.at(-1)
  if (last === undefined) {
    if (isContainer(value)) root.document = value
    return
  }
  const container = containerOf(root, path, 'replace')
  if (Array.isArray(container)) {
    container[listIndex(last, container.length, path)] = value
  } else {
    setMember(container, last, value)
  }
}

function read(root: Root, path: readonly string[]): unknown {
  const last = path.at(-1)
  if (last === undefined) return root.document
  const container = containerOf(root, path, 'copy')
  if (Array.isArray(container)) {
    const items: readonly unknown[] = container
    return items[listIndex(last, container.length, path)]
  }
  return Object.hasOwn(container, last) ? container[last] : null
}

/** `test` treats an absent member as null. */
function readOrNull(root: Root, path: readonly string[]): unknown {
  const last = path.at(-1)
  if (last === undefined) return root.document
  const container = containerOf(root, path, 'test')
  if (Array.isArray(container)) return read(root, path)
  return Object.hasOwn(container, last) ? container[last] : null
}

type Container = unknown[] | Record<string, unknown>

/** The array or object that contains the last token of a path. */
function containerOf(root: Root, path: readonly string[], verb: string): Container {
  let value: unknown = root.document
  for (const token of path.slice(0, -1)) {
    if (!isContainer(value)) throw missing(verb, path)
    if (Array.isArray(value)) {
      value = value[listIndex(token, value.length, path)]
    } else {
      value = Object.hasOwn(value, token) ? value[token] : undefined
    }
  }
  if (!isContainer(value)) throw missing(verb, path)
  return value
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && !isRawNumber(value)
}

function listIndex(token: string, places: number, path: readonly string[]): number {
  const given = /^[+-]?\d+$/.test(token) ? Number(token) : NaN
  const index = given < 0 ? given + places : given
  if (index >= 0 && index < places) return index
  throw unprocessable(
    `Unable to access invalid index: ${token} at ${goQuote(pointerOf(path))}: invalid index referenced`,
  )
}

/** `__proto__` must become an ordinary key. */
function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

function missing(verb: string, path: readonly string[]): StatusError {
  return unprocessable(
    `${verb} operation does not apply: doc is missing path: ${pointerOf(path)}: missing value`,
  )
}

function pointerOf(path: readonly string[]): string {
  return path.map((token) => '/' + token.replaceAll('~', '~0').replaceAll('/', '~1')).join('')
}

/** The reason is not told, as by the real server. */
function unprocessable(reason: string | Error): StatusError {
  return errors.unprocessable(
    'the server rejected our request due to an error in our request',
    typeof reason === 'string' ? new Error(reason) : reason,
  )
}

function parsePatch(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw errors.badRequest('a JSON patch must be a list of operations')
  if (patch.length > jsonPatchOperationsMax) {
    throw errors.requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${patch.length}`,
    )
  }
  return patch.map(parseOperation)
}

function parseOperation(entry: unknown, index: number): Operation {
  const at = `operation ${index} of the JSON patch`
  // An operation that is null is one without anything.
  const operation = entry ?? {}
  if (!isContainer(operation) || Array.isArray(operation)) {
    throw errors.badRequest(`${at} must be an object`)
  }
  const { op, path: pointer, from: fromPointer, value } = operation
  const path = parsePointer(pointer, `${at}: "path"`)
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      return { op, ...path, value: value ?? null }
    case 'remove':
      return { op, ...path }
    case 'move':
    case 'copy': {
      const from = parsePointer(fromPointer, `${at}: "from"`)
      return { op, ...path, from: from.path, fromPointer: from.pointer }
    }
    default:
      throw unprocessable(`${at}: Unexpected kind: ${String(op)}`)
  }
}

function parsePointer(pointer: unknown, at: string): { path: string[]; pointer: string } {
  const path = typeof pointer === 'string' ? parseJsonPointer(pointer) : undefined
  if (path === undefined || typeof pointer !== 'string') {
    throw unprocessable(`${at} must be a JSON pointer`)
  }
  return { path, pointer }
}
