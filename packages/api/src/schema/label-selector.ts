import { Type } from 'typebox'
import { atomicList, choice, object, record, setList, text } from './fields.ts'

/** A label selector as Kubernetes has it; what it selects is for the description to say. */
export function labelSelector(description: string, subject: string) {
  return object(description, {
    matchLabels: Type.Optional(
      record(
        `Labels that ${subject} must have, and their values.`,
        text('Value of the label.', { max: 63 }),
        { max: 32 },
      ),
    ),
    matchExpressions: Type.Optional(
      atomicList(
        'Requirements on labels; all of them must be met.',
        object('A requirement on one label.', {
          key: text('Name of the label.', { min: 1, max: 317 }),
          operator: choice('Relation between the label and the values.', [
            'In',
            'NotIn',
            'Exists',
            'DoesNotExist',
          ]),
          values: Type.Optional(
            setList('Values, for In and NotIn.', text('A value.', { max: 63 }), { max: 64 }),
          ),
        }),
        { max: 32 },
      ),
    ),
  })
}
