import { readdirSync, readFileSync } from 'node:fs'
import { kinds as definitions } from '@fairlead/api'
import {
  applyDefaults,
  type KubernetesObject,
  SchemaValidator,
  type TypedObject,
} from '@fairlead/kube-core'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { createCompiler } from './compiler.ts'
import type { ResourceSet } from './resource-set.ts'

const folder = new URL('../../api/src/fixtures/', import.meta.url)
const manifests = readdirSync(folder)
  .flatMap((file) => parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')))
  .map((document) => document.toJS() as KubernetesObject)
  .map((object): KubernetesObject => {
    const schema = definitions.find(({ kind }) => kind === object.kind)?.schema
    const metadata = { namespace: 'default', generation: 1, ...object.metadata }
    return applyDefaults({ ...object, metadata }, schema ?? {}) as KubernetesObject
  })

/** A gateway, a provider and a policy for it, beside which one is broken. */
const beside = manifests.filter(({ kind, metadata: { name } }) =>
  ['LLMGateway minimal', 'LLMProvider simulator', 'RoutingPolicy sticky'].includes(
    `${kind} ${name}`,
  ),
)

function resources(objects: readonly KubernetesObject[]): ResourceSet {
  return {
    list: <T extends TypedObject>({ kind }: { readonly kind: string }) =>
      objects.filter((object) => object.kind === kind) as readonly TypedObject[] as readonly T[],
  }
}

/** What a value may be in the place of another, as some older definition let it be. */
const strangers = [null, 7, 'text', [], {}, [null]]

/** A copy of a value for each of its fields: without it, and with each stranger in its place. */
function* broken(value: unknown): Generator {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const other of [...strangers, ...broken(item)]) yield value.with(index, other)
    }
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, field] of Object.entries(value)) {
    const { [name as keyof typeof value]: _, ...without } = value
    yield without
    for (const other of [...strangers, ...broken(field)]) yield { ...value, [name]: other }
  }
}

it.each(definitions)(
  'a stored $kind that has no shape of its kind is refused by itself',
  { timeout: 120_000 },
  ({ kind, schema }) => {
    const validator = new SchemaValidator(schema)
    for (const object of manifests.filter((each) => each.kind === kind)) {
      const { name, namespace } = object.metadata
      const others = beside.filter((other) => other !== object)
      const compiler = createCompiler({ capabilities })
      for (const fields of broken({ spec: (object as { readonly spec?: unknown }).spec })) {
        // As resources enter: with the defaults of their schemas.
        const stored = applyDefaults({ ...object, spec: undefined, ...(fields as object) }, schema)
        const { conditionsByKind } = compiler.compile(
          resources([...others, stored as KubernetesObject]),
        )
        const [first] = conditionsByKind.get(kind)?.get(`${namespace}/${name}`)?.conditions ?? []
        expect(first?.type).toBe('Accepted')
        if (validator.validate(stored).length > 0) {
          expect(first).toMatchObject({ status: 'False', reason: 'Invalid' })
        }
      }
    }
  },
)

it('a status of another version is no fault of a resource', () => {
  const provider = manifests.find(
    ({ kind, metadata }) => kind === 'LLMProvider' && metadata.name === 'simulator',
  )
  const stored = { ...provider, status: { conditions: 'many', credentials: [{ state: 'New' }] } }
  const set = resources([...beside, stored as unknown as KubernetesObject])
  const { conditionsByKind } = createCompiler({ capabilities }).compile(set)
  const { conditions } = conditionsByKind.get('LLMProvider')?.get('default/simulator') ?? {}
  expect(conditions?.[0]).toMatchObject({ type: 'Accepted', status: 'True' })
})
