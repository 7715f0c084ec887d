import type { Place } from '../place.ts'

const formats: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
}

/** As validateISCSIVolumeSource in Kubernetes' core validation. */
export function validateIscsi(source: Place): void {
  source.requireText('targetPortal')
  if (source.requireText('iqn')) validateName(source, 'iqn', source.text('iqn'))
  const lun = source.number('lun')
  if (lun < 0 || lun > 255) source.invalid('lun', 'must be between 0 and 255, inclusive')
  const isAuthenticated = source.isTrue('chapAuthDiscovery') || source.isTrue('chapAuthSession')
  if (isAuthenticated && !source.has('secretRef')) source.required('secretRef')
  if (!source.has('initiatorName')) return
  validateName(source, 'initiatorname', source.text('initiatorName'))
}

function validateName(source: Place, field: string, name: string): void {
  const format = formats[name.slice(0, 3)]
  if (format === undefined) {
    source.invalid(field, 'must be valid format starting with iqn, eui, or naa', name)
  } else if (!format.test(name)) source.invalid(field, 'must be valid format', name)
}
