using System;
using System.Threading.Tasks;

namespace Drs.Tests
{
    /// <summary>Mono has no Testcontainers: the tests need DRS_URL.</summary>
    public sealed class DrsContainer
    {
        public string Password => null;

        public string AdminToken => null;

        public Task<string> Start()
        {
            throw new InvalidOperationException("Set DRS_URL to the address of a simulator.");
        }

        public Task Stop()
        {
            return Task.CompletedTask;
        }
    }
}
