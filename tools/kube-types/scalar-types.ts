/** Types of TypeScript that stand for schemas which say less than is known of the values. */
const written: Readonly<Record<string, string>> = {
  FieldsV1: 'FieldsV1',
  IntOrString: 'IntOrString',
  JSON: 'unknown',
  JSONSchemaPropsOrArray: 'JSONSchemaProps | JSONSchemaProps[]',
  JSONSchemaPropsOrBool: 'JSONSchemaProps | boolean',
  JSONSchemaPropsOrStringArray: 'JSONSchemaProps | string[]',
  MicroTime: 'MicroTime',
  Quantity: 'Quantity',
  RawExtension: 'RawExtension',
  Time: 'Time',
}

/** Types that kube-core has, since they belong to objects of every kind. */
const ofKubeCore = new Set(['Condition', 'FieldsV1', 'ListMeta', 'ManagedFieldsEntry'])
for (const name of ['ObjectMeta', 'OwnerReference']) ofKubeCore.add(name)

const ofScalars = new Set(['IntOrString', 'MicroTime', 'Quantity', 'RawExtension', 'Time'])

/** The type in place of a schema of that name; undefined for one that is generated. */
export function writtenType(name: string): string | undefined {
  return ofKubeCore.has(name) ? name : written[name]
}

/** Where a type that is not generated comes from; undefined for one that needs no import. */
export function originOf(name: string): string | undefined {
  if (ofKubeCore.has(name)) return '@fairlead/kube-core'
  return ofScalars.has(name) ? '../scalars.ts' : undefined
}
