const domainComponent = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const domain = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const pathComponent = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const tag = '\\w[\\w.-]{0,127}'
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'

const reference = new RegExp(
  `^(?:${domain}/)?${pathComponent}(?:/${pathComponent})*(?::(${tag}))?(@${digest})?$`,
)
const identifier = /^[a-f0-9]{64}$/
const nameLengthMax = 255

/**
 * The tag of a container image: `latest` when it has neither tag nor digest, empty when it has only a
 * digest or is no reference to an image. As ParseImageName in Kubernetes' `pkg/util/parsers`.
 */
export function imageTag(image: string): string {
  // A longer text is no name with a tag and a digest.
  if (identifier.test(image) || image.length > 1024) return ''
  const found = reference.exec(normalised(image))
  if (found === null) return ''
  const [, named, digested] = found
  if (image.length - (named?.length ?? 0) - (digested?.length ?? 0) > nameLengthMax) return ''
  return named ?? (digested === undefined ? 'latest' : '')
}

/** A first part that is no host belongs to the path. */
function normalised(image: string): string {
  const slash = image.indexOf('/')
  const first = image.slice(0, Math.max(slash, 0))
  const isHost =
    slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  return isHost ? image : `docker.io/${slash < 0 ? 'library/' : ''}${image}`
}
