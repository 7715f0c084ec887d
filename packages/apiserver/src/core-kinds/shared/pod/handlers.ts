import type { Place } from '../place.ts'
import { checkPortName, checkPortNumber } from '../port.ts'

const probeHandlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const
const lifecycleHandlers = ['exec', 'httpGet', 'tcpSocket', 'sleep'] as const

/** As validateLivenessProbe and its like in Kubernetes' core validation. */
export function validateProbes(container: Place): void {
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container.at(name)
    if (probe === undefined) continue
    validateProbe(probe)
    if (name === 'readinessProbe') {
      if (!probe.has('terminationGracePeriodSeconds')) continue
      probe.invalid('terminationGracePeriodSeconds', 'must not be set for readinessProbes')
    } else if (probe.number('successThreshold') !== 1) {
      probe.invalid('successThreshold', 'must be 1', probe.number('successThreshold'))
    }
  }
}

function validateProbe(probe: Place): void {
  validateHandler(probe, probeHandlers, undefined)
  probe.notNegative('initialDelaySeconds')
  probe.notNegative('timeoutSeconds')
  probe.notNegative('periodSeconds')
  probe.notNegative('successThreshold')
  probe.notNegative('failureThreshold')
  const gracePeriod = probe.optionalNumber('terminationGracePeriodSeconds')
  if (gracePeriod !== undefined && gracePeriod <= 0) {
    probe.invalid('terminationGracePeriodSeconds', 'must be greater than 0')
  }
}

/** As validateLifecycle in Kubernetes' core validation. */
export function validateLifecycle(container: Place, gracePeriodSeconds: number | undefined): void {
  const lifecycle = container.at('lifecycle')
  for (const name of ['postStart', 'preStop']) {
    const handler = lifecycle?.at(name)
    if (handler !== undefined) validateHandler(handler, lifecycleHandlers, gracePeriodSeconds)
  }
}

function validateHandler(
  handler: Place,
  types: readonly string[],
  gracePeriodSeconds: number | undefined,
): void {
  let count = 0
  for (const type of types) {
    const action = handler.at(type)
    if (action === undefined) continue
    count += 1
    if (count > 1) handler.forbidden(type, 'may not specify more than 1 handler type')
    else validateAction(type, action, gracePeriodSeconds)
  }
  if (count === 0) handler.required('', 'must specify a handler type')
}

function validateAction(type: string, action: Place, gracePeriodSeconds: number | undefined): void {
  switch (type) {
    case 'exec':
      if (action.items('command').length === 0) action.required('command')
      break
    case 'httpGet':
      validateHttpGet(action)
      break
    case 'tcpSocket':
    case 'grpc':
      validatePortOrName(action, 'port')
      break
    case 'sleep':
      validateSleep(action, gracePeriodSeconds)
  }
}

function validateHttpGet(action: Place): void {
  action.requireText('path')
  validatePortOrName(action, 'port')
  const schemes = ['HTTP', 'HTTPS']
  if (!schemes.includes(action.text('scheme'))) action.unsupported('scheme', schemes)
  for (const header of action.each('httpHeaders')) {
    const name = header.text('name')
    if (/^[-A-Za-z0-9]+$/.test(name)) continue
    const detail =
      "a valid HTTP header must consist of alphanumeric characters or '-' " +
      "(e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"
    action.invalid('httpHeaders', detail, name)
  }
}

/** As ValidatePortNumOrName in Kubernetes' core validation. */
function validatePortOrName(place: Place, field: string): void {
  const port = place.fields[field]
  if (typeof port === 'string') place.problems(field, checkPortName(port))
  else place.problems(field, checkPortNumber(place.number(field)), place.number(field))
}

function validateSleep(sleep: Place, gracePeriodSeconds: number | undefined): void {
  const seconds = sleep.number('seconds')
  if (gracePeriodSeconds === undefined || (seconds > 0 && seconds <= gracePeriodSeconds)) return
  const detail =
    `must be greater than 0 and less than terminationGracePeriodSeconds (${gracePeriodSeconds}). ` +
    'Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.'
  sleep.invalid('', detail, seconds)
}
