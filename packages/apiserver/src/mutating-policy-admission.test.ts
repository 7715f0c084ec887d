import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const apiVersion = 'admissionregistration.k8s.io/v1alpha1'
const group = `/apis/${apiVersion}`
const configMaps = '/api/v1/namespaces/default/configmaps'
const deployments = '/apis/apps/v1/namespaces/default/deployments'

type Json = Record<string, unknown>

let server: ApiServer
let client: TestClient
const created: string[] = []

beforeAll(async () => {
  server = await startApiServer({
    featureGates: { MutatingAdmissionPolicy: true },
    runtimeConfig: { [apiVersion]: true },
  })
  client = new TestClient(server)
})
afterEach(async () => {
  for (const path of created.splice(0).toReversed()) await client.send('DELETE', path)
  await client.send('DELETE', configMaps)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

const policyOf = (spec: Json, name = 'p'): Json => ({
  apiVersion,
  kind: 'MutatingAdmissionPolicy',
  metadata: { name },
  spec: {
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['', 'apps'],
          apiVersions: ['*'],
          resources: ['configmaps', 'deployments'],
          operations: ['CREATE', 'UPDATE'],
        },
      ],
    },
    reinvocationPolicy: 'Never',
    ...spec,
  },
})

async function create(path: string, body: Json): Promise<void> {
  expect(await client.send('POST', path, body)).toMatchObject({ status: 201 })
  created.push(`${path}/${(body['metadata'] as { name: string }).name}`)
}

async function policy(spec: Json, { name = 'p', ...binding }: Json & { name?: string } = {}) {
  await create(`${group}/mutatingadmissionpolicies`, policyOf(spec, name))
  await create(`${group}/mutatingadmissionpolicybindings`, {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, ...binding },
  })
}

const applies = (expression: string): Json => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
})
const patches = (expression: string): Json => ({
  patchType: 'JSONPatch',
  jsonPatch: { expression },
})

const write = (data: Json = {}, metadata: Json = {}) =>
  client.send('POST', `${configMaps}?dryRun=All`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', ...metadata },
    data,
  })

const writeDeployment = () =>
  client.send('POST', `${deployments}?dryRun=All`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'main', image: 'i' }] },
      },
    },
  })

describe('an applied configuration', () => {
  test('is merged into the object', async () => {
    await policy({
      mutations: [applies("Object{metadata: Object.metadata{labels: {'team': 'x'}}}")],
    })
    const { body } = await write({ a: '1' }, { labels: { kept: 'yes' } })
    expect(body).toMatchObject({
      data: { a: '1' },
      metadata: { labels: { kept: 'yes', team: 'x' } },
    })
  })

  test('merges items of a list by their keys, and the result gets defaults', async () => {
    await policy({
      mutations: [
        applies(`Object{spec: Object.spec{template: Object.spec.template{spec:
          Object.spec.template.spec{initContainers: [
            Object.spec.template.spec.initContainers{name: 'side', image: 'j', restartPolicy: 'Always'}
          ]}}}}`),
      ],
    })
    const { body } = await writeDeployment()
    expect(body).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [{ name: 'main' }],
            initContainers: [{ name: 'side', terminationMessagePath: '/dev/termination-log' }],
          },
        },
      },
    })
  })

  test('may not replace what has one owner as a whole', async () => {
    await policy({
      mutations: [
        applies(
          `Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'b'}}}}`,
        ),
      ],
    })
    expect(await writeDeployment()).toMatchObject({
      status: 403,
      body: {
        reason: 'Invalid',
        message:
          "policy 'p' with binding 'p' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector",
        details: { name: 'd', kind: 'deployments', group: 'apps' },
      },
    })
  })

  test.each([
    [
      "Object{data: Object.other{a: 'b'}}",
      'type mismatch: unexpected type name "Object.other", expected "Object.data", which matches field name path from root Object type',
    ],
    [
      'Object{nothing: 1}',
      'error applying patch: failed to convert patch object to typed object: .nothing: field not declared in schema',
    ],
    [
      'Object{metadata: Object.metadata{labels: object.data}}',
      "expression 'Object{metadata: Object.metadata{labels: object.data}}' resulted in error: no such key: data",
    ],
  ])('that does not fit refuses the request: %s', async (expression, message) => {
    await policy({ mutations: [applies(expression)] })
    const answer = await client.send('POST', `${configMaps}?dryRun=All`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
    })
    expect(answer).toMatchObject({
      status: 403,
      body: { message: `policy 'p' with binding 'p' denied request: ${message}` },
    })
  })

  test('that does not fit is left out when failures are ignored', async () => {
    await policy({
      failurePolicy: 'Ignore',
      mutations: [applies('Object{nothing: 1}'), applies("Object{data: {'b': '2'}}")],
    })
    expect(await write({ a: '1' })).toMatchObject({
      status: 201,
      body: { data: { a: '1', b: '2' } },
    })
  })
})

describe('a JSON patch', () => {
  test('has operations whose values are any JSON', async () => {
    await policy({
      mutations: [
        patches(`[
          JSONPatch{op: 'add', path: '/metadata/labels', value: {'x': 'y'}},
          JSONPatch{op: 'copy', from: '/data/a', path: '/data/b'},
          JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('x.io/z'), value: string(1 + 1)},
        ]`),
      ],
    })
    const { body } = await write({ a: '1' })
    expect(body).toMatchObject({
      metadata: { labels: { x: 'y', 'x.io/z': '2' } },
      data: { a: '1', b: '1' },
    })
  })

  test('of which a test fails changes nothing', async () => {
    await policy({
      mutations: [
        patches(`[
          JSONPatch{op: 'test', path: '/data/a', value: '2'},
          JSONPatch{op: 'replace', path: '/data/a', value: '3'},
        ]`),
      ],
    })
    expect(await write({ a: '1' })).toMatchObject({ status: 201, body: { data: { a: '1' } } })
  })

  test('that does not apply refuses the request', async () => {
    await policy({ mutations: [patches("[JSONPatch{op: 'remove', path: '/data/none'}]")] })
    const { status, body } = await write({ a: '1' })
    expect([status, body['reason']]).toEqual([403, 'Invalid'])
    expect(body['message']).toMatch(
      /^policy 'p' with binding 'p' denied request: JSON Patch: remove/,
    )
  })

  test('may not make what is no object of the kind', async () => {
    await policy({ mutations: [patches("[JSONPatch{op: 'add', path: '/nothing', value: 1}]")] })
    expect(await write()).toMatchObject({
      status: 500,
      body: { message: expect.stringContaining('unknown field "nothing"') as string },
    })
  })
})

test('mutations see what those before them have made, and variables', async () => {
  await policy({
    variables: [{ name: 'count', expression: 'string(size(object.data))' }],
    mutations: [
      applies("Object{data: {'b': variables.count}}"),
      applies("Object{data: {'c': variables.count}}"),
    ],
  })
  const { body } = await write({ a: '1' })
  expect(body['data']).toEqual({ a: '1', b: '1', c: '2' })
})

test('conditions and parameters decide', async () => {
  await create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'params' },
    data: { label: 'seen' },
  })
  await policy(
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'n', expression: "object.metadata.name == 'c'" }],
      mutations: [applies("Object{data: {'from': params.data.label}}")],
    },
    { paramRef: { name: 'params', namespace: 'default', parameterNotFoundAction: 'Deny' } },
  )
  expect((await write()).body['data']).toEqual({ from: 'seen' })
  const other = await write({}, { name: 'other' })
  expect(other.body['data']).toBeUndefined()
})

test('a parameter that is missing is a fault of the binding', async () => {
  await policy(
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      mutations: [applies("Object{data: {'a': 'b'}}")],
    },
    { paramRef: { name: 'missing', namespace: 'default' } },
  )
  expect(await write()).toMatchObject({
    status: 403,
    body: {
      reason: 'Forbidden',
      message:
        "policy 'p' with binding 'p' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
    },
  })
})

test('a policy that wants it is asked again when a later one has changed the object', async () => {
  const count = "has(object.data.n) ? string(int(object.data.n) + 1) : '1'"
  const mutations = [applies(`Object{data: {'n': ${count}}}`)]
  await policy({ mutations, reinvocationPolicy: 'IfNeeded' }, { name: 'a' })
  await policy({ mutations: [applies("Object{data: {'x': 'y'}}")] }, { name: 'b' })
  expect((await write({ z: '' })).body['data']).toEqual({ n: '2', x: 'y', z: '' })
})

describe('what is refused of a policy', () => {
  const refusals = async (spec: Json) => {
    const path = `${group}/mutatingadmissionpolicies?dryRun=All`
    const { status, body } = await client.send('POST', path, policyOf(spec))
    const { causes = [] } = (body['details'] ?? {}) as { causes?: Json[] }
    return [status, ...causes.map(({ field, message }) => `${String(field)}: ${String(message)}`)]
  }

  test('a patch of another type than it says, or none', async () => {
    expect(
      await refusals({
        reinvocationPolicy: '',
        mutations: [
          { patchType: 'JSONPatch', applyConfiguration: { expression: 'Object{}' } },
          { patchType: 'Other' },
        ],
      }),
    ).toEqual([
      422,
      'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
      'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      'spec.mutations[1].patchType: Unsupported value: "Other": supported values: "ApplyConfiguration", "JSONPatch"',
      'spec.reinvocationPolicy: Required value',
    ])
  })

  test('expressions that make something else', async () => {
    const [, ...problems] = await refusals({
      mutations: [
        applies('{}'),
        patches('[Object{}]'),
        patches("[JSONPatch{op: 1, path: '', from: '', value: dyn(1)}]"),
        applies('Other{}'),
      ],
    })
    expect(problems).toEqual([
      'spec.mutations[0].applyConfiguration.expression: Invalid value: "{}": must evaluate to Object but got map(dyn, dyn)',
      'spec.mutations[1].jsonPatch.expression: Invalid value: "[Object{}]": must evaluate to list(JSONPatch) but got list(Object)',
      expect.stringContaining("expected type of field 'op' is 'string' but provided type is 'int'"),
      expect.stringContaining("undeclared reference to 'Other' (in container '')"),
    ])
  })

  test('operations in which there is nothing to change', async () => {
    const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }
    expect(
      await refusals({
        matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] },
        mutations: [applies('Object{}')],
      }),
    ).toEqual([
      422,
      'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    ])
  })
})

test('the version is described to clients', async () => {
  const { body } = await client.send('GET', group)
  expect((body['resources'] as Json[]).map(({ name }) => name)).toEqual([
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
  ])
  const openApi = await client.send('GET', `/openapi/v3/apis/${apiVersion}`)
  expect(Object.keys((openApi.body['components'] as { schemas: Json }).schemas)).toContain(
    'io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicy',
  )
})

describe('which servers serve it', () => {
  test('not those that are not told to', async () => {
    await using other = await startedWith({})
    expect((await other.client.send('GET', group)).status).toBe(404)
    expect((await other.client.send('GET', `/openapi/v3/apis/${apiVersion}`)).status).toBe(404)
  })

  test('with the feature, its version must be served', async () => {
    await expect(startedWith({ featureGates: { MutatingAdmissionPolicy: true } })).rejects.toThrow(
      `put ${apiVersion}=true into the runtime config`,
    )
  })

  test.each([
    [{ featureGates: { Nothing: true } }, 'unrecognized feature gate: Nothing'],
    [
      { featureGates: { AppArmor: false } },
      'cannot set feature gate AppArmor to false, feature is locked to true',
    ],
    [{ runtimeConfig: { 'nothing/v1': true } }, 'unknown api groups nothing'],
    [{ runtimeConfig: { 'apps/v1': false } }, 'apps/v1 cannot be turned off'],
    [{ runtimeConfig: { 'apps/v1beta1': true } }, 'apps/v1beta1 is not served'],
  ])('%o is an error', async (options, message) => {
    await expect(startedWith(options)).rejects.toThrow(message)
  })

  async function startedWith(options: Parameters<typeof startApiServer>[0]) {
    const other = await startApiServer(options)
    const own = new TestClient(other)
    return {
      client: own,
      async [Symbol.asyncDispose]() {
        own.close()
        await other.stop()
      },
    }
  }
})
