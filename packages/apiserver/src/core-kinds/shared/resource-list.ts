import { formatQuantity, parseQuantity } from '@fairlead/kube-core'

import { fieldsAt, type MutableFields } from './defaulting.ts'

const milli = 10n ** 6n

/** No resource is measured finer than in thousandths: as SetDefaults_ResourceList in Kubernetes' core defaults. */
export function roundUpResources(object: MutableFields, field: string): void {
  const list = fieldsAt(object, field)
  if (list === undefined) return
  for (const [name, text] of Object.entries(list)) {
    if (typeof text === 'string') list[name] = roundedUp(text)
  }
}

function roundedUp(text: string): string {
  // Nearly all quantities are whole or have one of these suffixes.
  if (/^\d+(?:m|[KMGTPE]i|[kMGTPE])?$/.test(text)) return text
  try {
    const quantity = parseQuantity(text)
    if (quantity.nano % milli === 0n) return text
    const floor = quantity.nano / milli
    const nano = (quantity.nano > 0n ? floor + 1n : floor) * milli
    return formatQuantity({ ...quantity, nano })
  } catch {
    return text
  }
}
