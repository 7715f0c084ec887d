import { afterAll, beforeAll, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from '../index.ts'
import { TestClient } from '../test-support/test-client.ts'

let server: ApiServer
let client: TestClient
beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
  await client.send('POST', '/api/v1/nodes', { metadata: { name: 'node' } })
  for (const [name, nodeName, names] of [
    ['waiting', undefined, ['main']],
    ['placed', 'node', ['main']],
    ['lost', 'gone', ['main']],
    ['double', 'node', ['main', 'side']],
  ] as const) {
    const containers = names.map((each) => ({ name: each, image: 'image' }))
    await client.send('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name },
      spec: { containers, ...(nodeName === undefined ? {} : { nodeName }) },
    })
  }
  await client.send('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'web' },
    spec: { ports: [{ port: 80 }] },
  })
})
afterAll(async () => {
  client?.close()
  await server?.stop()
})

it.each([
  ['GET', 'pods/nobody/log', 404, 'pods "nobody" not found'],
  ['GET', 'pods/waiting/log', 204, undefined],
  ['GET', 'pods/lost/log', 404, 'nodes "gone" not found'],
  ['GET', 'pods/placed/log?container=odd', 400, 'container odd is not valid for pod placed'],
  ['POST', 'pods/double/portforward', 501, /^no kubelet runs here/],
  [
    'POST',
    'pods/double/attach',
    400,
    'a container name must be specified for pod double, choose one of: [main side]',
  ],
  ['POST', 'pods/waiting/exec?command=ls', 400, 'pod waiting does not have a host assigned'],
  ['GET', 'pods/placed/log', 501, 'no kubelet runs here: log of pod "placed" is not available'],
  ['POST', 'pods/placed/portforward', 501, /^no kubelet runs here/],
  ['GET', 'pods/http:placed:80/proxy/some/path', 501, /^nothing runs here/],
  ['GET', 'services/https:web:80/proxy/', 503, 'no endpoints available for service "web"'],
  ['DELETE', 'services/nobody/proxy', 404, 'services "nobody" not found'],
])('%s %s is answered with %i', async (method, path, status, message) => {
  const answer = await client.send(method, `/api/v1/namespaces/default/${path}`)
  expect(answer.status).toBe(status)
  if (message === undefined) return
  expect(answer.body['message']).toEqual(
    typeof message === 'string' ? message : expect.stringMatching(message),
  )
})
