import { defineResource, type JsonSchema, type KubernetesObject } from '@fairlead/kube-core'

interface ShopSpec {
  colour: string
  /** The Secret whose token it shows. */
  secret: string
}

interface ShopStatus {
  text?: string
}

const text = { type: 'string' }
const spec: JsonSchema<ShopSpec> = {
  type: 'object',
  required: ['colour', 'secret'],
  properties: { colour: text, secret: text },
}
const status: JsonSchema<ShopStatus> = { type: 'object', properties: { text } }

/** The kind that the operator under faults is for. */
export const Shop = defineResource({
  group: 'faults.example.com',
  version: 'v1',
  kind: 'Shop',
  plural: 'shops',
  description: 'A shop.',
  spec,
  status,
})

/** A Shop, as stored. */
export interface StoredShop extends KubernetesObject {
  readonly spec: ShopSpec
  readonly status?: ShopStatus
}
