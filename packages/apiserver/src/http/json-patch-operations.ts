import { isJsonObject } from '@fairlead/base'

import { BodyError } from '../decoding/body-error.ts'
import { goNameOf } from '../decoding/decode-walk.ts'
import { decodeJson } from './decode-body.ts'

const fields: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value'])

/** Checks the types of the operations of a JSON patch. @throws BodyError in Go's words */
export function checkOperations(patch: readonly unknown[]): void {
  for (const operation of patch) {
    // One that is null is refused when the patch is applied.
    if (operation === null) continue
    if (!isJsonObject(operation)) throw wrongType(operation, 'value of type handlers.jsonPatchOp')
    for (const name of ['op', 'path', 'from']) {
      const value = operation[name] ?? ''
      if (typeof value === 'string') continue
      throw wrongType(value, `struct field jsonPatchOp.${name} of type string`)
    }
  }
}

/** What a strict reader says of fields that no operation has; nothing of a body that is no patch. */
export function unknownOperationFields(body: Buffer): { readonly problem: string }[] {
  return operationsIn(body).flatMap((operation, index) =>
    Object.keys(isJsonObject(operation) ? operation : {})
      .filter((name) => !fields.has(name))
      .map((name) => ({ problem: `json patch unknown field "[${index}].${name}"` })),
  )
}

function operationsIn(body: Buffer): readonly unknown[] {
  try {
    const patch = decodeJson(body)
    return Array.isArray(patch) ? patch : []
  } catch (error) {
    if (error instanceof BodyError) return []
    throw error
  }
}

function wrongType(value: unknown, goType: string): BodyError {
  return new BodyError(`json: cannot unmarshal ${goNameOf(value)} into Go ${goType}`)
}
