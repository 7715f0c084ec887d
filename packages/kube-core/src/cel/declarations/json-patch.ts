import { dyn, objectOf, string, type CelType } from '@fairlead/cel'

/** Functions of expressions that make patches. */
export const jsonPatchFunctions: readonly string[] = [
  'jsonpatch.escapeKey string_jsonpatch_escapeKey_string(string) string',
]

/** What a patch of a policy that is an applied configuration evaluates to. */
export const applyConfigurationType = dynamicObject('Object')

/** An operation of a JSON patch. */
export const jsonPatchType = objectOf(
  { op: string, path: string, from: string, value: dyn },
  'JSONPatch',
)

/**
 * The types of which a patch may have literals: `JSONPatch`, `Object`, and `Object.` with the path of
 * a field, whose own fields are not checked.
 */
export function patchType(name: string): CelType | undefined {
  if (name === jsonPatchType.name) return jsonPatchType
  return name === 'Object' || name.startsWith('Object.') ? dynamicObject(name) : undefined
}

function dynamicObject(name: string): CelType {
  return { kind: 'object', name, parameters: [], field: () => dyn }
}
