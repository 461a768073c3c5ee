using System;
using System.Threading.Tasks;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace Drs.Tests
{
    /// <summary>A simulator in a container. Build its image first, in the folder of the repository: docker build -t drs-simulator .</summary>
    public sealed class DrsContainer
    {
        private const ushort Port = 8080;

        private readonly IContainer container;

        public DrsContainer()
        {
            container = new ContainerBuilder()
                .WithImage("drs-simulator")
                .WithEnvironment("DRS_PASSWORD", Password)
                .WithEnvironment("DRS_ADMIN_TOKEN", AdminToken)
                .WithPortBinding(Port, true)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(Port).ForPath("/health")))
                .Build();
        }

        public string Password { get; } = Guid.NewGuid().ToString();

        public string AdminToken { get; } = Guid.NewGuid().ToString();

        public async Task<string> Start()
        {
            await container.StartAsync();
            return $"http://{container.Hostname}:{container.GetMappedPublicPort(Port)}/OTWebServiceGateway_LINCOLN/ws/soap";
        }

        public Task Stop()
        {
            return container.DisposeAsync().AsTask();
        }
    }
}
