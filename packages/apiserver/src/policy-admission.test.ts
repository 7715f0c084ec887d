import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient, type Answer } from './test-support/test-client.ts'

const group = '/apis/admissionregistration.k8s.io/v1'
const configMaps = '/api/v1/namespaces/default/configmaps'

type Json = Record<string, unknown>

let server: ApiServer
let client: TestClient
const created: string[] = []

beforeAll(async () => {
  server = await startApiServer()
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

async function create(path: string, body: Json): Promise<void> {
  const answer = await client.send('POST', path, body)
  expect(answer).toMatchObject({ status: 201 })
  const { name } = body['metadata'] as { name: string }
  created.push(`${path}/${name}`)
}

const configMapRule = {
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
  operations: ['CREATE', 'UPDATE'],
}

async function policy(spec: Json, binding: Json = {}): Promise<void> {
  await create(`${group}/validatingadmissionpolicies`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [configMapRule] }, ...spec },
  })
  await create(`${group}/validatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
  })
}

const write = (name: string, data?: Json, metadata: Json = {}) =>
  client.send('POST', `${configMaps}?dryRun=All`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...metadata },
    ...(data === undefined ? {} : { data }),
  })
const denied =
  "configmaps \"bad\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "
const why = ({ status, body }: Answer) => [status, String(body['message']).replace(denied, '')]

test('what a validation refuses is refused in the words of the real server', async () => {
  await policy({
    validations: [{ expression: "object.metadata.name != 'bad'", message: 'no bad' }],
  })
  expect(await write('bad')).toMatchObject({
    status: 422,
    body: {
      kind: 'Status',
      status: 'Failure',
      message: `${denied}no bad`,
      reason: 'Invalid',
      details: { name: 'bad', kind: 'configmaps', causes: [{}] },
      code: 422,
    },
  })
  expect((await write('good')).status).toBe(201)
})

test('a policy without a binding is not in force', async () => {
  await create(`${group}/validatingadmissionpolicies`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [configMapRule] },
      validations: [{ expression: 'false' }],
    },
  })
  expect((await write('bad')).status).toBe(201)
})

test('variables, message expressions and reasons', async () => {
  await policy({
    variables: [
      { name: 'size', expression: 'size(object.data)' },
      { name: 'twice', expression: 'variables.size * 2' },
    ],
    validations: [
      {
        expression: 'variables.twice < 4',
        messageExpression: "'twice is ' + string(variables.twice)",
        reason: 'Forbidden',
      },
      { expression: "'a' in object.data" },
    ],
  })
  expect(why(await write('bad', { a: '1', b: '2' }))).toEqual([403, 'twice is 4'])
  expect(why(await write('bad', { b: '2' }))).toEqual([
    422,
    "failed expression: 'a' in object.data",
  ])
  expect((await write('good', { a: '1' })).status).toBe(201)
})

test('conditions and selectors leave requests out', async () => {
  await policy(
    {
      matchConditions: [{ name: 'not-mine', expression: "request.userInfo.username != 'admin'" }],
      validations: [{ expression: 'false' }],
    },
    {},
  )
  expect((await write('bad')).status).toBe(201)
  for (const path of created.splice(0)) await client.send('DELETE', path)
  await policy(
    { validations: [{ expression: 'false', message: 'no' }] },
    { matchResources: { objectSelector: { matchLabels: { checked: 'yes' } } } },
  )
  expect((await write('bad')).status).toBe(201)
  expect(why(await write('bad', {}, { labels: { checked: 'yes' } }))).toEqual([422, 'no'])
})

test('a failing expression refuses, unless failures are ignored', async () => {
  const validations = [{ expression: "object.data.none == 'x'" }]
  await policy({ validations })
  const [status, message] = why(await write('bad', {}))
  expect(status).toBe(422)
  expect(message).toMatch(/^expression 'object\.data\.none == 'x'' resulted in error: no such key/)
  for (const path of created.splice(0)) await client.send('DELETE', path)
  await policy({ validations, failurePolicy: 'Ignore' })
  expect((await write('bad', {})).status).toBe(201)
})

test('warnings are given, and nothing is refused', async () => {
  await policy(
    { validations: [{ expression: 'false', message: 'odd' }] },
    { validationActions: ['Warn', 'Audit'] },
  )
  const answer = await write('bad')
  expect(answer.status).toBe(201)
  expect(answer.headers['warning']).toBe(
    `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': odd"`,
  )
})

test('parameters come from objects, by name or by labels', async () => {
  const limits = (name: string, max: string, labels = {}) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels },
    stringData: { max },
  })
  const secrets = '/api/v1/namespaces/default/secrets'
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'Secret' },
    validations: [{ expression: 'params == null || params.metadata.name == object.metadata.name' }],
  }
  await policy(spec, { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } })
  expect(why(await write('bad'))).toEqual([
    422,
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  ])
  await create(secrets, limits('limits', '1'))
  expect((await write('limits')).status).toBe(201)
  expect((await write('bad')).status).toBe(422)
  await client.send('DELETE', created[1] ?? '')
  await create(`${group}/validatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'b' },
    spec: {
      policyName: 'p',
      validationActions: ['Deny'],
      paramRef: { selector: { matchLabels: { a: 'b' } }, parameterNotFoundAction: 'Allow' },
    },
  })
  expect((await write('bad')).status).toBe(201)
  await create(secrets, limits('other', '1', { a: 'b' }))
  expect((await write('bad')).status).toBe(422)
})

test('expressions see the namespace, the old object, and what the user may', async () => {
  await policy({
    validations: [
      { expression: "namespaceObject.metadata.name == 'default'" },
      { expression: 'request.operation != "CREATE" || oldObject == null' },
      {
        expression:
          "authorizer.group('').resource('secrets').namespace('a').check('get').allowed()",
      },
      { expression: "authorizer.path('/healthz').check('get').allowed()" },
      { expression: "authorizer.requestResource.check('update').allowed()" },
      {
        expression:
          "!authorizer.serviceAccount('a', 'b').group('').resource('secrets').check('delete').allowed()",
      },
    ],
  })
  expect(why(await write('bad'))[0]).toBe(201)
})

test('the cost of expressions is limited', async () => {
  await policy({
    validations: [
      {
        expression:
          'object.data.all(a, object.data.all(b, object.data.all(c, object.data.all(d, (a + b) != (c + d + "x")))))',
      },
    ],
  })
  const data = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, 'v']))
  const [status, message] = why(await write('bad', data))
  expect(status).toBe(422)
  expect(message).toContain('operation cancelled: actual cost limit exceeded')
})

test('expressions that do not compile are refused when they are written', async () => {
  const reviewed = async (spec: Json) => {
    const { body } = await client.send('POST', `${group}/validatingadmissionpolicies?dryRun=All`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [configMapRule] }, ...spec },
    })
    const { causes } = (body['details'] ?? {}) as { causes?: { message: string; field: string }[] }
    return (causes ?? []).map(({ field, message }) => `${field}: ${message}`)
  }
  expect(await reviewed({ validations: [{ expression: 'object.spec' }] })).toEqual([
    'spec.validations[0].expression: Invalid value: "object.spec": must evaluate to bool but got dyn',
  ])
  expect(await reviewed({ validations: [{ expression: 'variables.a == 1' }] })).toEqual([
    'spec.validations[0].expression: Invalid value: "variables.a == 1": compilation failed: ' +
      "ERROR: <input>:1:1: undeclared reference to 'variables' (in container '')\n | variables.a == 1\n | ^",
  ])
  const named = { variables: [{ name: 'a', expression: '[1, 2]' }] }
  expect(
    await reviewed({
      ...named,
      matchConditions: [{ name: 'c', expression: 'request.operation == 1' }],
      validations: [
        {
          expression: "namespaceObject != null && variables.a[0] == 'x'",
          messageExpression: 'authorizer.requestResource.check("get").reason()',
        },
      ],
      auditAnnotations: [{ key: 'k', valueExpression: 'variables.a' }],
    }),
  ).toEqual([
    expect.stringMatching(
      /^spec\.matchConditions\[0]\.expression: .*applied to '\(string, int\)'/s,
    ) as string,
    expect.stringMatching(
      /^spec\.validations\[0]\.expression: .*applied to '\(int, string\)'/s,
    ) as string,
    expect.stringMatching(
      /^spec\.validations\[0]\.messageExpression: .*undeclared reference to 'authorizer'/s,
    ) as string,
    'spec.auditAnnotations[0].valueExpression: Invalid value: "variables.a": must evaluate to one of [string null_type] but got list(int)',
  ])
})

test('a variable is evaluated when it is named', async () => {
  await policy({
    variables: [
      { name: 'broken', expression: 'object.data.missing' },
      { name: 'size', expression: 'size(object.data)' },
      { name: 'twice', expression: 'variables.size * 2' },
    ],
    validations: [
      { expression: 'variables.twice == 2' },
      { expression: "object.metadata.name != 'bad' || variables.broken == 'x'" },
    ],
  })
  expect(await write('good', { a: '1' })).toMatchObject({ status: 201 })
  expect(why(await write('bad', { a: '1' }))).toEqual([
    422,
    "expression 'object.metadata.name != 'bad' || variables.broken == 'x'' resulted in error: " +
      'composited variable "broken" fails to evaluate: no such key: missing',
  ])
})
