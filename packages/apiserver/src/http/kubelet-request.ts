import { errors, goQuote } from '@fairlead/kube-core'

import { recordAt, textAt } from '../definitions/fields.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { Handled } from '../exchange/api-response.ts'
import { admitted, connection } from '../resources/admit.ts'
import { getObject } from '../resources/get-object.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { checkAskedContainer } from './asked-container.ts'
import { connectOptions } from './connect-options.ts'
import type { Subresource } from './subresource-handler.ts'

/**
 * Subresources for which a real server asks the kubelet of a node, or an endpoint of a service. None
 * runs here: what a real server refuses by itself is refused alike, and the rest is a 501.
 */
export const kubeletRequests: readonly (readonly [string, Subresource])[] = [
  ['pods/log', askKubelet],
  ...['attach', 'exec', 'portforward'].map(
    (subresource) => [`pods/${subresource}`, connecting(askKubelet)] as const,
  ),
  ['nodes/proxy', connecting(proxy)],
  ['pods/proxy', connecting(proxy)],
  ['services/proxy', connecting(proxyToService)],
]

/** Admission is asked before anything is looked for, as ConnectResource in Kubernetes' apiserver asks. */
function connecting(connect: Subresource): Subresource {
  return async (context, request, target) => {
    if (request.query.has('dryRun')) throw errors.badRequest('dryRun is not supported')
    const options = connectOptions(request, target)
    if (options !== undefined) {
      await admitted(context, connection(context, target, options.kind), options.object)
    }
    return connect(context, request, target)
  }
}

/** @throws StatusError 400, 404 or 501 */
async function askKubelet(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const pod = await getObject(context, target)
  if (target.subresource !== 'portforward') {
    checkAskedContainer(pod, request.query.get('container') ?? '')
  }
  const node = textAt(recordAt(pod, 'spec'), 'nodeName')
  if (node === '') {
    // Nothing has run yet, so there is a log, and nothing is in it.
    if (target.subresource === 'log') return { status: 204, headers: {}, body: '' }
    throw errors.badRequest(`pod ${target.name} does not have a host assigned`)
  }
  await findNode(context, node)
  throw errors.notImplemented(
    `no kubelet runs here: ${target.subresource ?? ''} of pod ${goQuote(target.name)} is not available`,
  )
}

/** @throws StatusError 404 */
async function findNode(context: WriteContext, name: string): Promise<void> {
  const definition = context.registry.find('', 'v1', 'nodes')
  if (definition !== undefined) await getObject(context, { definition, namespace: '', name })
}

/** @throws StatusError 404 or 501 */
async function proxy(
  context: WriteContext,
  _request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const { plural } = target.definition
  const name = nameIn(target.name)
  await getObject(context, { ...target, name })
  throw errors.notImplemented(
    `nothing runs here that ${plural} ${goQuote(name)} could be asked through`,
  )
}

/** @throws StatusError 404 or 503 */
async function proxyToService(
  context: WriteContext,
  _request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const name = nameIn(target.name)
  await getObject(context, { ...target, name })
  throw errors.serviceUnavailable(`no endpoints available for service ${goQuote(name)}`)
}

/** The name in `[scheme:]name[:port]`. */
function nameIn(text: string): string {
  const [first = '', second] = text.split(':')
  return (first === 'http' || first === 'https') && second !== undefined ? second : first
}
