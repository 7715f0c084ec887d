import { deepFreeze } from '../deep-freeze.ts'
import type { Condition } from '../object.ts'
import { jsonSchema } from './json-schema.ts'

/**
 * The schema of `status.conditions`, as controller-gen writes it for `metav1.Condition`: a list with
 * one condition of each type, which several field managers can own parts of.
 */
export const conditionsSchema = deepFreeze(
  jsonSchema<Condition[]>({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
    items: {
      type: 'object',
      required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
      properties: {
        lastTransitionTime: { type: 'string', format: 'date-time' },
        message: { type: 'string', maxLength: 32_768 },
        observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
        reason: {
          type: 'string',
          minLength: 1,
          maxLength: 1_024,
          pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
        },
        status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
        type: {
          type: 'string',
          maxLength: 316,
          pattern:
            '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
        },
      },
    },
  }),
)
