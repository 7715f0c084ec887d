import type { Place } from '../place.ts'

const managedUri =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const blobUri = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

/** As validateAzureDisk in Kubernetes' core validation. */
export function validateAzureDisk(source: Place): void {
  source.requireText('diskName')
  source.requireText('diskURI')
  source.oneOf('cachingMode', ['None', 'ReadOnly', 'ReadWrite'])
  source.oneOf('kind', ['Dedicated', 'Managed', 'Shared'])
  if (!source.has('kind')) return
  const uri = source.text('diskURI')
  if (source.text('kind') === 'Managed') {
    if (!uri.startsWith('/subscriptions/')) source.unsupported('diskURI', [managedUri])
  } else if (!uri.startsWith('https://')) source.unsupported('diskURI', [blobUri])
}
