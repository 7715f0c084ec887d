import { CelScalar, celFunc, celMethod, celList } from '@bufbuild/cel'
import { opaque, optionalNone, optionalOf, textOf } from '@fairlead/cel'
import {
  checkDns1035Label,
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelKey,
  checkLabelValue,
} from '../../metadata/names.ts'
import { hasFormat } from '../../schema/formats.ts'

const { DYN, STRING } = CelScalar

const checks: ReadonlyMap<string, (text: string) => string[]> = new Map([
  ['dns1123Label', checkDnsLabel],
  ['dns1123Subdomain', checkDnsSubdomain],
  ['dns1035Label', checkDns1035Label],
  ['dns1123LabelPrefix', (text: string) => checkDnsLabel(text.replace(/-$/, 'a'))],
  ['dns1123SubdomainPrefix', (text: string) => checkDnsSubdomain(text.replace(/-$/, 'a'))],
  ['dns1035LabelPrefix', (text: string) => checkDns1035Label(text.replace(/-$/, 'a'))],
  ['qualifiedName', checkLabelKey],
  ['labelValue', checkLabelValue],
  ['uri', openApiCheck('uri')],
  ['uuid', openApiCheck('uuid')],
  ['byte', openApiCheck('byte')],
  ['date', openApiCheck('date')],
  ['datetime', openApiCheck('date-time')],
])

/**
 * `format.named("dns1123Label")`, `format.uri()` …, and `validate`, which returns optional errors.
 */
export const formatLibrary = [
  ...[...checks.keys()].map((name) =>
    celFunc(`format.${name}`, [], DYN, () => opaque('format', name)),
  ),
  celFunc('format.named', [STRING], DYN, (name) =>
    checks.has(name) ? optionalOf(opaque('format', name)) : optionalNone(),
  ),
  celMethod('validate', DYN, [STRING], DYN, function (text: string) {
    const problems = checks.get(textOf(this, 'format'))?.(text) ?? []
    return problems.length === 0 ? optionalNone() : optionalOf(celList(problems))
  }),
]

function openApiCheck(format: string): (text: string) => string[] {
  return (text) => (hasFormat(text, format) ? [] : [`invalid ${format}`])
}
