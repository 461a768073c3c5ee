using System.Linq;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using System.Xml.Linq;

namespace Drs
{
    /// <summary>
    /// Mend 1: gives the wrapper of every request a prefix, just before it is sent. The generated code stays as it is.
    /// <c>factory.Endpoint.EndpointBehaviors.Add(new PrefixedWrapper())</c> puts it in place.
    /// </summary>
    public sealed class PrefixedWrapper : IEndpointBehavior, IClientMessageInspector
    {
        private const string Prefix = "drs";

        public object BeforeSendRequest(ref Message request, IClientChannel channel)
        {
            XElement sent;
            using (var reader = request.GetReaderAtBodyContents())
            {
                reader.MoveToContent();
                sent = (XElement)XNode.ReadFrom(reader);
            }
            // Without its declarations of namespaces, an element is written with those that it needs.
            sent.DescendantsAndSelf().Attributes().Where(each => each.IsNamespaceDeclaration).Remove();
            sent.Add(new XAttribute(XNamespace.Xmlns + Prefix, sent.Name.NamespaceName));
            var body = sent.CreateReader();
            body.MoveToContent();
            var mended = Message.CreateMessage(request.Version, null, body);
            mended.Headers.CopyHeadersFrom(request);
            mended.Properties.CopyProperties(request.Properties);
            request = mended;
            return null;
        }

        public void AfterReceiveReply(ref Message reply, object correlationState)
        {
        }

        public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime clientRuntime)
        {
#if NET
            clientRuntime.ClientMessageInspectors.Add(this);
#else
            clientRuntime.MessageInspectors.Add(this);
#endif
        }

        public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters)
        {
        }

        public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher endpointDispatcher)
        {
        }

        public void Validate(ServiceEndpoint endpoint)
        {
        }
    }
}
