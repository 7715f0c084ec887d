import { supportedValues, type FieldError } from '../field-error.ts'
import { goStrings } from '../go-syntax.ts'
import { checkDns1035Label, checkDnsSubdomain } from '../metadata/names.ts'
import { invalid, required } from '../schema/schema-path.ts'
import type { CustomResourceConversion } from './custom-resource-definition.ts'

type WebhookClient = NonNullable<NonNullable<CustomResourceConversion['webhook']>['clientConfig']>

/** What is wrong with how a definition's versions are converted. */
export function checkConversion(
  conversion: CustomResourceConversion | undefined,
  path: string,
): FieldError[] {
  if (!conversion) return []
  const { strategy, webhook } = conversion
  const errors = checkStrategy(strategy, `${path}.strategy`)
  const versions = webhook?.conversionReviewVersions
  if (strategy === 'Webhook') {
    return [
      ...errors,
      ...checkClient(webhook?.clientConfig, `${path}.webhookClientConfig`),
      ...checkReviewVersions(versions ?? [], `${path}.conversionReviewVersions`),
    ]
  }
  const detail = 'should not be set when strategy is not set to Webhook'
  if (webhook?.clientConfig) {
    errors.push({ type: 'Forbidden', field: `${path}.webhookClientConfig`, detail })
  }
  if (versions && versions.length > 0) {
    errors.push({ type: 'Forbidden', field: `${path}.conversionReviewVersions`, detail })
  }
  return errors
}

function checkStrategy(strategy: string, field: string): FieldError[] {
  const strategies = ['None', 'Webhook']
  if (!strategy) return [required(field)]
  if (strategies.includes(strategy)) return []
  const detail = supportedValues(strategies)
  return [{ type: 'Unsupported', field, badValue: strategy, detail }]
}

function checkClient(client: WebhookClient | undefined, path: string): FieldError[] {
  if (!client) return [required(path, 'required when strategy is set to Webhook')]
  const { url, service } = client
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')]
  }
  if (url !== undefined) return checkUrl(url, `${path}.url`)
  return service ? checkService(service, `${path}.service`) : []
}

const urlForm = '; desired format: https://host[/path]'

/** As ValidateWebhookURL in Kubernetes' apiserver. */
function checkUrl(url: string, field: string): FieldError[] {
  const [, scheme = '', authority = '', query, fragment] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/.exec(url) ??
    []
  const user = authority.includes('@') ? authority.slice(0, authority.lastIndexOf('@')) : undefined
  const host = authority.slice(user === undefined ? 0 : user.length + 1)
  const errors: FieldError[] = []
  const refuse = (badValue: string, detail: string) => {
    errors.push(invalid(field, badValue, detail))
  }
  if (scheme.toLowerCase() !== 'https') {
    refuse(scheme.toLowerCase(), `'https' is the only allowed URL scheme${urlForm}`)
  }
  if (host === '') refuse('', `host must be specified${urlForm}`)
  if (user !== undefined) refuse(user, 'user information is not permitted in the URL')
  if (fragment) refuse(fragment, 'fragments are not permitted in the URL')
  if (query) refuse(query, 'query parameters are not permitted in the URL')
  return errors
}

/**
 * As ValidateWebhookService in Kubernetes' apiserver, which is given the two names in the wrong
 * order: without a name it asks for the namespace, and the other way round.
 */
function checkService(service: NonNullable<WebhookClient['service']>, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!service.namespace) errors.push(required(`${path}.name`, 'service name is required'))
  if (!service.name) errors.push(required(`${path}.namespace`, 'service namespace is required'))
  const port = service.port ?? 443
  if (port < 1 || port > 65_535) {
    const detail = 'port is not valid: must be between 1 and 65535, inclusive'
    errors.push(invalid(`${path}.port`, port, detail))
  }
  return [...errors, ...checkPath(service.path, `${path}.path`)]
}

function checkPath(path: string | undefined, field: string): FieldError[] {
  if (path === undefined || path === '' || path === '/') return []
  if (path === '//') return [invalid(field, path, 'segment[0] may not be empty')]
  const errors: FieldError[] = []
  if (!path.startsWith('/')) errors.push(invalid(field, path, "must start with a '/'"))
  for (const [index, step] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (step === '') errors.push(invalid(field, path, `segment[${index}] may not be empty`))
    else {
      for (const problem of checkDnsSubdomain(step)) {
        errors.push(invalid(field, path, `segment[${index}]: ${problem}`))
      }
    }
  }
  return errors
}

/** The versions of ConversionReview that the API server speaks. */
const acceptedReviewVersions = ['v1', 'v1beta1']

function checkReviewVersions(versions: readonly string[], path: string): FieldError[] {
  if (versions.length === 0) return [required(path)]
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, version] of versions.entries()) {
    const field = `${path}[${index}]`
    if (seen.has(version)) {
      errors.push(invalid(field, version, 'duplicate version'))
      continue
    }
    seen.add(version)
    for (const problem of checkDns1035Label(version)) errors.push(invalid(field, version, problem))
  }
  if (!acceptedReviewVersions.some((version) => seen.has(version))) {
    const detail = `must include at least one of ${acceptedReviewVersions.join(', ')}`
    errors.push(invalid(path, goStrings(versions), detail))
  }
  return errors
}
