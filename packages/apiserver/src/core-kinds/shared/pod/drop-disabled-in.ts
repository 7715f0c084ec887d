import type { MutableObject } from '../../../definitions/resource-definition.ts'
import { fieldsAt } from '../defaulting.ts'
import { dropDisabledTemplateFields } from './drop-disabled-fields.ts'

/** Drops features that are off from the pod template in `template` of a field. */
export function dropDisabledIn(field: string): (object: MutableObject) => void {
  return (object) => {
    const spec = fieldsAt(object, field)
    if (spec !== undefined) dropDisabledTemplateFields(spec, 'template')
  }
}
