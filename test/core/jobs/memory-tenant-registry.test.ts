import { tenantRegistryCases } from '../../suites/tenant-registry.ts';
import { memoryTenantRegistry } from '../../support/memory-tenant-registry.ts';

tenantRegistryCases('memory', async () => memoryTenantRegistry());
