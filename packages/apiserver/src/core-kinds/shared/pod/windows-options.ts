import { checkDnsSubdomain } from '@fairlead/kube-core'

import type { Place } from '../place.ts'

const specificationKibMax = 64
const domainLengthMax = 256
const userLengthMax = 104
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacters = /[\x00-\x1f\x7f]/
const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const domainLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const domainName = new RegExp(`^${domainLabel}(?:\\.${domainLabel})*$`)

/** As validateWindowsSecurityContextOptions in Kubernetes' core validation. */
export function validateWindowsOptions(options: Place | undefined): void {
  if (options === undefined) return
  if (options.has('gmsaCredentialSpecName')) {
    const name = options.text('gmsaCredentialSpecName')
    options.problems('gmsaCredentialSpecName', checkDnsSubdomain(name), name)
  }
  if (options.has('gmsaCredentialSpec')) {
    const bytes = Buffer.byteLength(options.text('gmsaCredentialSpec'))
    if (bytes === 0) {
      options.invalid('gmsaCredentialSpec', 'gmsaCredentialSpec cannot be an empty string')
    } else if (bytes > specificationKibMax * 1024) {
      const detail = `gmsaCredentialSpec size must be under ${specificationKibMax} KiB`
      options.invalid('gmsaCredentialSpec', detail)
    }
  }
  if (options.has('runAsUserName')) {
    options.problems('runAsUserName', userProblems(options.text('runAsUserName')))
  }
}

function userProblems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (controlCharacters.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const [domain, user = ''] = parts.length === 2 ? parts : [undefined, name]
  const problems = []
  if (domain !== undefined) {
    if (Buffer.byteLength(domain) >= domainLengthMax) {
      problems.push(`runAsUserName's Domain length must be under ${domainLengthMax} characters`)
    }
    if (!netBiosName.test(domain) && !domainName.test(domain)) {
      problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
    }
  }
  if (user === '') problems.push("runAsUserName's User cannot be empty")
  if (Buffer.byteLength(user) > userLengthMax) {
    problems.push(`runAsUserName's User length must not be longer than ${userLengthMax} characters`)
  }
  if (/^[. ]+$/.test(user)) {
    problems.push("runAsUserName's User cannot contain only periods or spaces")
  }
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    problems.push(
      'runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]',
    )
  }
  return problems
}

/** As validateWindowsHostProcessPod in Kubernetes' core validation. */
export function validateHostProcess(spec: Place, containers: readonly Place[]): void {
  const ofPod = hostProcessOf(spec)
  let count = 0
  for (const container of containers) {
    const own = hostProcessOf(container)
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`
      container.invalid('securityContext.windowsOptions.hostProcess', detail, own)
    }
    if (own ?? ofPod) count += 1
  }
  if (count === 0) return
  if (count !== containers.length) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    spec.invalid('', detail, '')
  }
  if (spec.isTrue('hostNetwork')) return
  const detail = 'hostNetwork must be true if pod contains any hostProcess containers'
  spec.invalid('hostNetwork', detail, false)
}

function hostProcessOf(place: Place): boolean | undefined {
  const value = place.within('securityContext').within('windowsOptions').fields['hostProcess']
  return typeof value === 'boolean' ? value : undefined
}
