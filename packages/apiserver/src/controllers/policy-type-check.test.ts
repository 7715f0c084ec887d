import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from '../index.ts'
import { TestClient } from '../test-support/test-client.ts'

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'

type Json = Record<string, unknown>

let server: ApiServer
let client: TestClient
beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

let created = 0

/** The status that a policy gets. */
async function statusOf(spec: Json, apiVersion = 'apps/v1', resource = 'deployments') {
  const [apiGroup, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const rule = { apiGroups: [apiGroup], apiVersions: [version], operations: ['*'] }
  const name = `p${++created}`
  const watch = await client.watch(`${policies}?watch=1&fieldSelector=metadata.name=${name}`)
  const { status } = await client.send('POST', policies, {
    metadata: { name },
    spec: { matchConstraints: { resourceRules: [{ ...rule, resources: [resource] }] }, ...spec },
  })
  expect(status).toBe(201)
  try {
    for (;;) {
      const { object } = await watch.next()
      const found = object['status'] as Json | undefined
      if (found?.['observedGeneration'] !== undefined) return found
    }
  } finally {
    watch.close()
  }
}

test('a policy whose expressions fit has been observed', async () => {
  expect(
    await statusOf({
      variables: [{ name: 'r', expression: 'object.spec.replicas' }],
      validations: [
        {
          expression: "variables.r < 5 && object.metadata.labels['a'] == 'b'",
          messageExpression: "'not ' + string(variables.r)",
        },
        { expression: 'object.spec.template.spec.containers.all(c, has(c.image))' },
      ],
    }),
  ).toEqual({ observedGeneration: 1, typeChecking: {} })
})

test('what does not fit the kind is told of', async () => {
  const expression = 'object.spec.replica < 5'
  expect(await statusOf({ validations: [{ expression }] })).toEqual({
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: 'spec.validations[0].expression',
          warning:
            "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'\n" +
            ` | ${expression}\n` +
            ' | ...........^\n',
        },
      ],
    },
  })
})

test('messages and parameters are checked too', async () => {
  const { typeChecking } = await statusOf(
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [
        { expression: "params.data['a'] == 'b'", messageExpression: 'string(params.nothing)' },
        { expression: 'object.spec.containers[0].resources.limits.size() > 0' },
      ],
    },
    'v1',
    'pods',
  )
  const warnings = (typeChecking as { expressionWarnings: Json[] }).expressionWarnings
  expect(warnings.map(({ fieldRef }) => fieldRef)).toEqual([
    'spec.validations[0].messageExpression',
    'spec.validations[1].expression',
  ])
  expect(warnings[0]?.['warning']).toContain('/v1, Kind=Pod: ERROR: <input>:1:14: undefined field')
  expect(warnings[1]?.['warning']).toContain("undefined field 'limits'")
})

test('rules with wildcards mean no kind that could be checked', async () => {
  expect(
    await statusOf({ validations: [{ expression: 'object.nothing == 1' }] }, 'apps/*'),
  ).toEqual({
    observedGeneration: 1,
    typeChecking: {},
  })
})
