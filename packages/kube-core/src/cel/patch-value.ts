import { isCelList, isCelMap, isCelUint, type CelValue } from '@bufbuild/cel'
import { isJsonObject, rawNumber } from '@fairlead/base'
import { structOf } from '@fairlead/cel'
import { goQuote } from '../go-quote.ts'

/** What an expression that makes a patch has made cannot be one. */
export class PatchValueError extends Error {
  override readonly name = 'PatchValueError'
}

/**
 * The result of an expression as JSON; literals of `Object` types become objects, and must be named by
 * the path of the field in which they stand.
 * @throws PatchValueError
 */
export function patchValue(value: CelValue): unknown {
  const problems = [...misnamed(value, structOf(value)?.name ?? '')]
  if (problems.length > 0) throw new PatchValueError(`type mismatch: ${problems.join('\n')}`)
  return toJson(value)
}

/** The operations of a list of `JSONPatch` literals. @throws PatchValueError */
export function patchOperations(value: CelValue): Record<string, unknown>[] {
  if (!isCelList(value)) throw new PatchValueError(notOperations)
  return [...value].map((each) => {
    const literal = structOf(each)
    if (literal?.name !== 'JSONPatch') throw new PatchValueError(notOperations)
    return Object.fromEntries(
      [...literal.fields].map(([name, part]) => [name, patchValue(part)] as const),
    )
  })
}

const notOperations =
  'type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch'

function* misnamed(value: CelValue, path: string): Generator<string> {
  const literal = structOf(value)
  if (literal !== undefined && isObjectName(literal.name)) {
    if (literal.name !== path) {
      yield `unexpected type name ${goQuote(literal.name)}, expected ${goQuote(path)}, which matches field name path from root Object type`
    }
    for (const [name, part] of literal.fields) yield* misnamed(part, `${path}.${name}`)
  } else if (isCelList(value)) {
    for (const item of value) yield* misnamed(item, path)
  } else if (isCelMap(value)) {
    for (const [, part] of value) yield* misnamed(part, path)
  }
}

function toJson(value: CelValue): unknown {
  if (typeof value === 'bigint') return numberOf(value)
  if (isCelUint(value)) return numberOf(value.value)
  if (isCelList(value)) return [...value].map(toJson)
  if (isCelMap(value)) return objectOf(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'object' && value !== null) throw new PatchValueError(notJson)
  return value
}

function objectOf(map: ReadonlyMap<unknown, CelValue>): Record<string, unknown> {
  const entries = structOf(map)?.fields ?? map
  const name = structOf(map)?.name
  if (name !== undefined && !isObjectName(name)) throw new PatchValueError(notJson)
  const made: [string, unknown][] = []
  for (const [key, part] of entries) {
    if (typeof key !== 'string') {
      throw new PatchValueError(`map key ${goQuote(String(key))} is not a string`)
    }
    made.push([key, toJson(part)])
  }
  const object: unknown = Object.fromEntries(made)
  return isJsonObject(object) ? object : {}
}

const notJson = 'the expression evaluated to a type that could not marshal to JSON'

function isObjectName(name: string): boolean {
  return name === 'Object' || name.startsWith('Object.')
}

function numberOf(int: bigint): unknown {
  const number = Number(int)
  return Number.isSafeInteger(number) ? number : rawNumber(String(int))
}
