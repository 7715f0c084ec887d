import type { ObjectKey } from '@fairlead/controller-runtime'

/** `Kind namespace/name`: unique among all resources. */
export function resourceText(kind: string, { namespace, name }: ObjectKey): string {
  return `${kind} ${namespace ?? 'default'}/${name}`
}
