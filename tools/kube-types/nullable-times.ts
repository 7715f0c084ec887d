/** The fields of Kubernetes' own types, as the API server in this repository reads them. */
export type TypeTable = Readonly<
  Record<string, readonly (readonly [name: string, protobuf: number, type: string])[]>
>

/**
 * Moments that a Go struct holds by value: as long as there is none they are written as null, which
 * the published schemas do not tell.
 */
export function nullableTimes(table: TypeTable): ReadonlySet<string> {
  const found = Object.entries(table).flatMap(([full, fields]) =>
    fields.filter(([, , type]) => isTime(type)).map(([name]) => `${full}.${name}`),
  )
  return new Set(found)
}

function isTime(type: string): boolean {
  return /^io\.k8s\.apimachinery\.pkg\.apis\.meta\.v1\.(Micro)?Time$/.test(type)
}
