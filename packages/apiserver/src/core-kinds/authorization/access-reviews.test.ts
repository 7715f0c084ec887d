import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from '../../index.ts'
import { TestClient } from '../../test-support/test-client.ts'

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer({ controllers: false })
  client = new TestClient(server)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const ask = (spec: object) => client.send('POST', path, { spec })

test.each<[string, object, readonly string[]]>([
  [
    'nothing to select by',
    { fieldSelector: {} },
    [
      'spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
    ],
  ],
  [
    'two forms of a selector',
    { labelSelector: { rawSelector: 'a', requirements: [{ key: 'a', operator: 'New' }] } },
    [
      'spec.resourceAttributes.labelSelector.rawSelector: Invalid value: "a": may not specified at the same time as requirements',
    ],
  ],
  [
    'requirements that are none',
    {
      fieldSelector: {
        requirements: [{ operator: 'In' }, { key: 'a', operator: 'Exists', values: ['b'] }],
      },
    },
    [
      'spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified',
      "spec.resourceAttributes.fieldSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.resourceAttributes.fieldSelector.requirements[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ],
  ],
])('a review with %s is refused', async (_name, selectors, expected) => {
  const answer = await ask({ resourceAttributes: { verb: 'list', resource: 'pods', ...selectors } })
  const { causes } = answer.body['details'] as {
    readonly causes: readonly { readonly field: string; readonly message: string }[]
  }
  expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected)
})

test.each<[string, object, string | undefined]>([
  ['are understood', { fieldSelector: { rawSelector: 'a=b,c!=d' } }, undefined],
  [
    'have an operator that is not known',
    { labelSelector: { requirements: [{ key: 'a', operator: 'New', values: ['b'] }] } },
    'spec.resourceAttributes.labelSelector ignored due to parse error',
  ],
  [
    'are understood in part',
    {
      fieldSelector: {
        requirements: [
          { key: 'a', operator: 'In', values: ['b'] },
          { key: 'a', operator: 'Exists' },
        ],
      },
    },
    'spec.resourceAttributes.fieldSelector partially ignored due to parse error',
  ],
  [
    'are no selectors',
    { fieldSelector: { rawSelector: 'a' }, labelSelector: { rawSelector: '!!' } },
    'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
  ],
])('a review whose selectors %s is answered', async (_name, selectors, evaluationError) => {
  const answer = await ask({ resourceAttributes: { verb: 'list', resource: 'pods', ...selectors } })
  expect(answer.body['status']).toEqual({
    allowed: true,
    ...(evaluationError === undefined ? {} : { evaluationError }),
  })
})

test('attributes of a path are shown as Go does', async () => {
  const both = { resourceAttributes: {}, nonResourceAttributes: { path: '/x', verb: 'get' } }
  expect((await ask(both)).body['message']).toContain(
    'authorization.NonResourceAttributes{Path:"/x", Verb:"get"}: cannot be specified in combination',
  )
})
