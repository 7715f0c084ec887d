import { checkDnsSubdomain } from '@fairlead/kube-core'

import type { Place } from './place.ts'
import { checkPortNumber } from './port.ts'

const wantedForm = '; desired format: https://host[/path]'

/**
 * Where a webhook listens: `clientConfig` of an admission webhook, as in Kubernetes' validation of
 * webhook configurations.
 */
export function validateWebhookClient(config: Place): void {
  const service = config.at('service')
  if (config.has('url') === (service !== undefined)) {
    config.required('', 'exactly one of url or service is required')
  } else if (service === undefined) validateUrl(config)
  else validateService(service)
}

/** As ValidateWebhookURL in Kubernetes' API server. */
function validateUrl(config: Place): void {
  const text = config.text('url')
  const [, scheme = '', host, user, query, fragment] = partsOf(text)
  if (hasUnprintable(text)) {
    const problem = `parse ${JSON.stringify(text)}: net/url: invalid control character in URL`
    config.required('url', `url must be a valid URL: ${problem}${wantedForm}`)
    return
  }
  if (scheme !== 'https') {
    config.invalid('url', `'https' is the only allowed URL scheme${wantedForm}`, scheme)
  }
  if (!host) config.invalid('url', `host must be specified${wantedForm}`, '')
  if (user !== undefined) {
    config.invalid('url', 'user information is not permitted in the URL', user)
  }
  if (fragment) config.invalid('url', 'fragments are not permitted in the URL', fragment)
  if (query) config.invalid('url', 'query parameters are not permitted in the URL', query)
}

function hasUnprintable(text: string): boolean {
  return /\p{Cc}/u.test(text)
}

/** Scheme, host with port, user, query and fragment, as Go's net/url divides them. */
function partsOf(text: string): readonly (string | undefined)[] {
  const [, rest = '', fragment] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? []
  const [, withoutQuery = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(rest) ?? []
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(withoutQuery)?.[1]
  const behind = scheme === undefined ? withoutQuery : withoutQuery.slice(scheme.length + 1)
  const authority = /^\/\/([^/]*)/.exec(behind)?.[1] ?? ''
  const at = authority.lastIndexOf('@')
  const user = at < 0 ? undefined : authority.slice(0, at)
  return [text, scheme?.toLowerCase(), authority.slice(at + 1), user, query, fragment]
}

/**
 * As ValidateWebhookService in Kubernetes' API server. Its callers give it name and namespace the
 * wrong way round, which is kept: what is missing is named by the other's field.
 */
function validateService(service: Place): void {
  if (service.text('namespace') === '') service.required('name', 'service name is required')
  if (service.text('name') === '') {
    service.required('namespace', 'service namespace is required')
  }
  for (const problem of checkPortNumber(service.number('port'))) {
    service.invalid('port', `port is not valid: ${problem}`, service.number('port'))
  }
  const path = service.text('path')
  if (path === '' || path === '/') return
  if (path === '//') {
    service.invalid('path', 'segment[0] may not be empty')
    return
  }
  if (!path.startsWith('/')) service.invalid('path', "must start with a '/'")
  const steps = path.slice(1).replace(/\/$/, '').split('/')
  for (const [index, step] of steps.entries()) {
    if (step === '') service.invalid('path', `segment[${index}] may not be empty`)
    else {
      const problems = checkDnsSubdomain(step)
      service.problems(
        'path',
        problems.map((problem) => `segment[${index}]: ${problem}`),
      )
    }
  }
}
