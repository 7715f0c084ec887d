import { apiType, type ApiFieldType } from './api-type.ts'

const prefix = 'io.k8s.apimachinery.pkg'

/** Structs that encode themselves: what Go writes for one that nobody has set. */
const encoded: Readonly<Record<string, unknown>> = {
  [`${prefix}.api.resource.Quantity`]: '0',
  [`${prefix}.apis.meta.v1.Time`]: null,
  [`${prefix}.apis.meta.v1.MicroTime`]: null,
  [`${prefix}.apis.meta.v1.Duration`]: '0s',
  [`${prefix}.apis.meta.v1.FieldsV1`]: null,
  [`${prefix}.runtime.RawExtension`]: null,
  [`${prefix}.util.intstr.IntOrString`]: 0,
}

/**
 * What Go writes for a struct of Kubernetes' API in which no field is set: those that `omitempty`
 * does not leave out. Without `kind` and `apiVersion`.
 */
export function zeroValueOfType(name: string): Record<string, unknown> {
  const zero: Record<string, unknown> = {}
  for (const field of apiType(name).fields) {
    if (field.isInline && field.type.kind === 'type' && !field.type.isPointer) {
      Object.assign(zero, zeroValueOfType(field.type.type))
    } else if (field.name !== '' && (!field.omitsEmpty || isStruct(field.type))) {
      zero[field.name] = zeroValue(field.type)
    }
  }
  return zero
}

/** In Go a struct is never empty. */
function isStruct(type: ApiFieldType): boolean {
  return type.kind === 'type' && !type.isPointer
}

function zeroValue(type: ApiFieldType): unknown {
  if (type.kind === 'list' || type.kind === 'map' || type.isPointer) return null
  if (type.kind === 'type') {
    return Object.hasOwn(encoded, type.type) ? encoded[type.type] : zeroValueOfType(type.type)
  }
  switch (type.scalar) {
    case 'bool':
      return false
    case 'string':
      return ''
    case 'bytes':
      return null
    case 'int32':
    case 'int64':
    case 'float64':
      return 0
  }
}
