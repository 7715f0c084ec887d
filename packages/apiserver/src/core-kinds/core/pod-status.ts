import {
  checkDnsSubdomain,
  checkLabelKey,
  goQuote,
  GoSyntax,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../definitions/fields.ts'
import { checkAddress, familyOf } from '../shared/ip-address.ts'
import type { Place } from '../shared/place.ts'
import { validateAnnotationUpdates } from './pod-update.ts'

const systemConditions: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized'])

/** As ValidatePodStatusUpdate in Kubernetes' core validation. */
export function validatePodStatus(root: Place, previous: KubernetesObject): void {
  const status = root.within('status')
  const before = recordAt(previous, 'status')
  const spec = recordAt(previous, 'spec')
  validateAnnotationUpdates(root, previous)
  const metadata = root.within('metadata')
  for (const [index, condition] of recordsAt(status.fields, 'conditions').entries()) {
    const type = textAt(condition, 'type')
    if (systemConditions.has(type)) continue
    metadata.problems(`conditions[${index}].Type`, checkLabelKey(type), type)
  }
  const nominated = status.text('nominatedNodeName')
  if (nominated !== '' && nominated !== before['nominatedNodeName']) {
    status.problems('nominatedNodeName', checkDnsSubdomain(nominated))
  }
  if (status.text('qosClass') !== textAt(before, 'qosClass')) {
    status.invalid('qosClass', 'field is immutable', status.text('qosClass'))
  }
  const policy = textAt(spec, 'restartPolicy')
  const sidecars = new Set(
    recordsAt(spec, 'initContainers').flatMap((container) =>
      container['restartPolicy'] === 'Always' ? [container['name']] : [],
    ),
  )
  validateTransitions(status, before, 'containerStatuses', policy)
  validateTransitions(status, before, 'initContainerStatuses', policy, sidecars)
  validateTransitions(status, before, 'ephemeralContainerStatuses', 'Never')
  validateAddresses(status, 'podIPs', 'core.PodIP')
  validateHostAddresses(status)
}

/** What has ended and is not restarted does not run again. */
function validateTransitions(
  status: Place,
  before: Fields,
  list: string,
  restartPolicy: string,
  exempt: ReadonlySet<unknown> = new Set(),
): void {
  if (restartPolicy === 'Always') return
  const now = new Map(status.each(list).map((container) => [container.text('name'), container]))
  for (const [index, old] of recordsAt(before, list).entries()) {
    const terminated = recordAt(old, 'state')['terminated'] as Fields | undefined
    if (terminated === undefined || exempt.has(old['name'])) continue
    if (terminated['exitCode'] !== 0 && restartPolicy === 'OnFailure') continue
    const state = now.get(textAt(old, 'name'))?.within('state')
    if (state === undefined || state.has('terminated')) continue
    const detail = 'may not be transitioned to non-terminated state'
    status.forbidden(`${list}[${index}].state`, detail)
  }
}

function validateHostAddresses(status: Place): void {
  const [first] = status.each('hostIPs')
  if (first === undefined) return
  if (first.text('ip') !== status.text('hostIP')) {
    first.invalid('ip', 'must be equal to `hostIP`')
  }
  validateAddresses(status, 'hostIPs', 'core.HostIP')
}

function validateAddresses(status: Place, list: string, type: string): void {
  const addresses = status.each(list).map((each) => each.text('ip'))
  for (const [index, address] of addresses.entries()) {
    status.problems(`${list}[${index}]`, checkAddress(address), address)
  }
  if (addresses.length < 2) return
  const ofHost = list === 'hostIPs'
  if (ofHost) refuseSame(status, list, type, addresses)
  const families = addresses.map(familyOf)
  const odd = families.indexOf(undefined)
  if (odd >= 0) {
    const problem = `invalid IP[${odd}]: ${addresses[odd]}`
    status.internal(list, `failed to check for dual stack with error:${problem}`)
  }
  if (addresses.length > 2 || odd >= 0 || families[0] === families[1]) {
    const detail = 'may specify no more than one IP for each IP family'
    const shown = addresses.map((address) => showAddress(type, address))
    status.invalid(list, detail, new GoSyntax(`[]${type}{${shown.join(', ')}}`))
  }
  if (!ofHost) refuseSame(status, list, type, addresses)
}

function refuseSame(status: Place, list: string, type: string, addresses: string[]): void {
  for (const [index, address] of addresses.entries()) {
    if (addresses.indexOf(address) === index) continue
    status.duplicate(`${list}[${index}]`, new GoSyntax(showAddress(type, address)))
  }
}

function showAddress(type: string, address: string): string {
  return `${type}{IP:${goQuote(address)}}`
}
